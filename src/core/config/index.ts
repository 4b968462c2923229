/** The config of a repository, as everything else uses it. */
export { durationMs } from "./names.ts";
export { CLASSES } from "./queue.ts";
export { LARGEST_CONFIG, parseConfig } from "./parse.ts";
export type { ConfigProblem } from "./problems.ts";
export {
  environmentNamed,
  environmentsAfter,
  lastEnvironments,
  pipelineOrder,
  roleIsAtLeast,
  rolloutOrder,
  ROLES,
} from "./model.ts";
export type {
  ComponentConfig,
  Config,
  EnvironmentConfig,
  InputValue,
  InputValues,
  MigrationKind,
  PermissionRule,
  ProbeConfig,
  ReleaseMode,
  Role,
} from "./model.ts";
export type { DatabaseConfig } from "./database.ts";
export { HOOK_PHASES } from "./rollout-model.ts";
export type { HookConfig, HookPhase, StepSettings } from "./rollout-model.ts";
