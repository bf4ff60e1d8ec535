/** The shapes of what Keycloak answers. What services do not use is let through where it is written back, and dropped elsewhere. */
import { z } from 'zod';

/** Becomes part of a path, so it can be none of the names that paths give a meaning. */
const id = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !/^\.+$/.test(text) && !/[\p{Cc}\p{Cs}/]/u.test(text));

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().int().positive(),
});

/** What a token says of whom it was given to, as far as services ask. */
export const tokenClaimsSchema = z.object({
  sub: id.optional(),
  preferred_username: z.string().min(1).max(255).optional(),
  /** Unix seconds. */
  iat: z.number().nonnegative().optional(),
  email: z.string().max(255).optional(),
  /** Words; with `email` among them whoever has an address has it said. */
  scope: z.string().optional(),
});

export const introspectionSchema = z.discriminatedUnion('active', [
  z.object({
    active: z.literal(true),
    sub: id.optional(),
    username: z.string().min(1).max(255).optional(),
    preferred_username: z.string().min(1).max(255).optional(),
    iss: z.string().optional(),
    aud: z.union([z.string(), z.array(z.string())]).optional(),
    typ: z.string().optional(),
    exp: z.number().optional(),
    nbf: z.number().optional(),
  }),
  z.object({ active: z.literal(false) }),
]);
/** What Keycloak says of somebody's token. */
export type Introspection = z.output<typeof introspectionSchema>;

export const discoverySchema = z.object({ issuer: z.string().min(1) });

export const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kid: z.string().optional(), kty: z.string(), alg: z.string().optional() })),
});
/** The keys that tokens are signed with, as RFC 7517 writes them. */
export type KeySet = z.output<typeof keySetSchema>;

const attributes = z.record(z.string(), z.array(z.string()));
/** Attributes of a user or group: each name has several values. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

export const userSchema = z.looseObject({
  id,
  username: z.string().min(1).max(255),
  enabled: z.boolean().default(true),
  email: z.string().nullish(),
  emailVerified: z.boolean().default(false),
  attributes: attributes.default({}),
});
/** A user, with all that Keycloak says of them. */
export type KeycloakUser = z.output<typeof userSchema>;

export const credentialSchema = z.object({
  id,
  type: z.string(),
  /** Unix milliseconds. */
  createdDate: z.number().int().nonnegative().nullish(),
});
/** One of the things by which a user proves who they are; not what it is. */
export type KeycloakCredential = z.output<typeof credentialSchema>;

/** Groups below a group, which not every answer has. */
const subGroups = z.array(z.unknown()).optional();

export const groupSchema = z.looseObject({
  id,
  name: z.string().min(1).max(255),
  path: z.string().optional(),
  attributes: attributes.default({}),
  subGroups,
});
/** A group, with all that Keycloak says of it. */
export type KeycloakGroup = z.output<typeof groupSchema>;
