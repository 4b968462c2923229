/** Texts of `gates` with a rule of their own. */
import { ruled } from "./fields.ts";

const LONGEST_CHECK = 200;

/** The name of a check run, or the context of a commit status: one line, as GitHub shows it. */
export const checkNameField = ruled((text) => {
  if (text.trim() !== text || text === "")
    return { message: "a check's name has no spaces around it", mend: "write it as GitHub shows it" };
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text))
    return {
      message: "a check's name has one line and no control characters",
      mend: "write it as GitHub shows it",
    };
  return text.length <= LONGEST_CHECK
    ? null
    : { message: `a check's name has at most ${LONGEST_CHECK} characters`, mend: "shorten the check's name" };
});

/** An App by its slug, as in `https://github.com/apps/SLUG`. */
export const appField = ruled((text) =>
  /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/.test(text)
    ? null
    : { message: "not the slug of an App", mend: "write the end of its address: `github-actions`" },
);

/** A team of the organisation, by its slug. It goes into an address of GitHub's API. */
export const teamField = ruled(
  (text) => {
    if (/^[a-z0-9_](?:[a-z0-9_-]{0,98}[a-z0-9_])?$/.test(text)) return null;
    const bare = text.replace(/^@?[^/]*\//, "").toLowerCase();
    return {
      message: "not the slug of a team",
      mend:
        bare !== text && /^[a-z0-9_-]{1,100}$/.test(bare)
          ? `write \`${bare}\`: the organisation is the one that owns the repository`
          : "write the end of the team's address, such as `release-managers`",
    };
  },
  { pattern: "^[a-z0-9_-]+$" },
);
