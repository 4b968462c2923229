import { isoTime } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Comment, Issue, Repository } from "../state.ts";
import type { World } from "../world.ts";
import type { Node, PageArguments } from "./basics.ts";
import { accountNode, connection } from "./basics.ts";

/** The comments of an issue or pull request, oldest first. */
export function commentsOf(
  world: World,
  repository: Repository,
  issue: Issue,
): (page: PageArguments) => Node {
  return (page) => {
    const own = [...repository.comments.values()].filter((one) => one.issueNumber === issue.number);
    return connection(own, (comment) => commentNode(world, comment), page, "comments");
  };
}

/** A comment. Its number is beyond 32 bits: only `fullDatabaseId` can hold it. */
export function commentNode(world: World, comment: Comment): Node {
  return {
    __typename: "IssueComment",
    id: nodeId("IssueComment", comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    author: accountNode(world, comment.user),
    createdAt: isoTime(comment.createdAt),
    updatedAt: isoTime(comment.updatedAt),
  };
}
