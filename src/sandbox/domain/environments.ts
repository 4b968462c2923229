import type { Environment, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { accountOf } from "../world.ts";

/** What stands before an environment. Absent: as it was, at first nothing. */
export interface EnvironmentOptions {
  /** Logins of people of whom one has to approve. */
  reviewers?: readonly string[];
  preventSelfReview?: boolean;
  waitMinutes?: number;
  /** Whether the App is asked, as a custom deployment protection rule. */
  customRule?: boolean;
}

/** An environment, made if there is none: GitHub makes one for each deployment and each job that names it. */
export function environmentOf(world: World, repository: Repository, name: string): Environment {
  const known = repository.environments.get(name);
  if (known) return known;
  const now = world.clock.now();
  const environment: Environment = {
    id: world.ids.next("environment"),
    name,
    reviewers: [],
    preventSelfReview: false,
    waitMinutes: 0,
    customRule: false,
    createdAt: now,
    updatedAt: now,
  };
  repository.environments.set(name, environment);
  return environment;
}

/** Protects an environment. Source: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments */
export function protectEnvironment(
  world: World,
  repository: Repository,
  name: string,
  { reviewers, ...rest }: EnvironmentOptions,
): Environment {
  const environment = environmentOf(world, repository, name);
  Object.assign(environment, rest, { updatedAt: world.clock.now() });
  if (reviewers) environment.reviewers = reviewers.map((login) => accountOf(world, login));
  return environment;
}
