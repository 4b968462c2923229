import type { EnvironmentOptions } from "./domain/environments.ts";
import { NO_REQUIRED_CHECKS, type RequiredChecks } from "./domain/required-checks.ts";
import { protectEnvironment } from "./domain/environments.ts";
import { install, installationOfAccount, removeFromInstallation } from "./domain/installations.ts";
import * as lifecycle from "./domain/lifecycle.ts";
import type { Account, CustomRole, Merging, Repository, Role } from "./state.ts";
import { fullName } from "./state.ts";
import type { World } from "./world.ts";
import { accountOf, installationOf } from "./world.ts";

/** What owners and admins do to a repository: people, installation, name, owner, end. Every act sends the webhooks that GitHub would. */
export class RepositorySettings {
  protected readonly world: World;
  protected readonly state: Repository;

  constructor(world: World, repository: Repository) {
    this.world = world;
    this.state = repository;
  }

  get id(): number {
    return this.state.id;
  }

  get fullName(): string {
    return fullName(this.state);
  }

  get defaultBranch(): string {
    return this.state.defaultBranch;
  }

  /** Sets people's roles; `none` takes them away. */
  setCollaborators(roles: Readonly<Record<string, Role>>): void {
    for (const [login, role] of Object.entries(roles)) {
      this.state.collaborators.set(accountOf(this.world, login).id, role);
    }
  }

  /** Gives somebody a role that the organization made itself, on top of one of GitHub's. */
  setCustomRole(login: string, role: CustomRole): void {
    this.state.customRoles.set(accountOf(this.world, login).id, role);
  }

  /** Installs the App here. @returns the installation's id. */
  install(): number {
    return install(this.world, this.state).id;
  }

  /** Takes the repository out of the App's installation, which stays. */
  leaveInstallation(): void {
    const installation = installationOf(this.world, this.state);
    if (installation) removeFromInstallation(this.world, installation, this.state);
  }

  /** Renames the repository; the API leads from the old name here. */
  rename(name: string, by?: string): void {
    lifecycle.renameRepository(this.world, this.state, name, this.person(by));
  }

  /** Gives the repository to another owner; `install` says whether the App reaches it there (default: if it is installed there). */
  transfer(owner: string, options: { install?: boolean; by?: string } = {}): void {
    const account = accountOf(this.world, owner, { type: "Organization" });
    const { install = installationOfAccount(this.world, account) !== null } = options;
    const by = this.person(options.by);
    lifecycle.transferRepository(this.world, this.state, account, { install, by });
  }

  /** Archives the repository: it can only be read from then on. */
  archive(archived = true, by?: string): void {
    lifecycle.setArchived(this.world, this.state, archived, this.person(by));
  }

  /** Deletes the repository for good. */
  delete(by?: string): void {
    lifecycle.deleteRepository(this.world, this.state, this.person(by));
  }

  /** Renames the default branch: its ref moves. */
  renameDefaultBranch(name: string, by?: string): void {
    lifecycle.renameDefaultBranch(this.world, this.state, name, this.person(by));
  }

  /** Makes another branch the default one. */
  setDefaultBranch(name: string, by?: string): void {
    lifecycle.setDefaultBranch(this.world, this.state, name, this.person(by));
  }

  /** Whether releases that are published from now on are immutable. */
  setImmutableReleases(immutable = true): void {
    this.state.immutableReleases = immutable;
  }

  /** Demands checks of a branch: by its protection, and by a ruleset. */
  requireChecks(branch: string, checks: Partial<RequiredChecks>): void {
    this.state.requiredChecks.set(branch, { ...NO_REQUIRED_CHECKS, ...checks });
  }

  /** How pull requests may be merged, and what GitHub proposes to write then. */
  setMerging(merging: Partial<Merging>): void {
    Object.assign(this.state.merging, merging);
  }

  /** Protects an environment: reviewers, a wait timer, the App as a custom rule. */
  environment(name: string, options: EnvironmentOptions = {}): void {
    protectEnvironment(this.world, this.state, name, options);
  }

  /** The account of a login; of the first collaborator without one. */
  protected person(login: string | undefined): Account {
    if (login !== undefined) return accountOf(this.world, login);
    const [first] = this.state.collaborators.keys();
    const known = [...this.world.accounts.values()].find((account) => account.id === first);
    return known ?? accountOf(this.world, "octavia");
  }

  /** The next issue or pull request has at least this number. */
  numberFrom(number: number): void {
    this.state.nextNumber = Math.max(this.state.nextNumber, number);
  }
}
