/** The little that Waybill reads of webhook payloads, checked before it is believed. */
import { z } from "zod";
import type { InstallationId, RepositoryId, UserId } from "../../core/ids.ts";

const id = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);
export const loginSchema = z.string().min(1).max(100);

export const repositoryIdSchema = id.transform((value) => value as RepositoryId);

/** Every payload that Waybill acts on names its tenant. */
export const installationSchema = z.object({
  installation: z.object({ id: id.transform((value) => value as InstallationId) }),
});

/** And its repository, unless it is about the installation itself. */
export const originSchema = installationSchema.extend({
  repository: z.object({
    id: repositoryIdSchema,
    default_branch: z.string().min(1).max(255),
  }),
});

export const idSchema = id;
export const userIdSchema = id.transform((value) => value as UserId);
