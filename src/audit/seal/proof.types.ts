import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graphql/scalars.js';

@ObjectType({ description: 'The signed seal of a batch of entries, chained to all batches before it.', simpleResolvers: true })
export class AuditCheckpoint {
  @Field(() => Int, { description: 'The batch, counted from 1.' })
  readonly batch: number;

  @Field(() => Int, { description: 'Entries in the batch.' })
  readonly entries: number;

  @Field(() => String, { description: 'Root of the batch’s Merkle tree (RFC 6962), base64.' })
  readonly root: string;

  @Field(() => String, { description: 'Hash over this batch and the chain before it, base64.' })
  readonly chain: string;

  @Field(() => DateTime, { description: 'When it was sealed.' })
  readonly sealedAt: string;

  @Field(() => String, { description: 'Names the key that signed.' })
  readonly keyId: string;

  @Field(() => String, { description: 'Ed25519 over `signedText`, base64.' })
  readonly signature: string;

  @Field(() => String, { description: 'What is signed.' })
  readonly signedText: string;

  @Field(() => String, { nullable: true, description: 'The key’s public part, base64url; null where this gateway does not have it.' })
  readonly publicKey: string | null;
}

@ObjectType({ description: 'What proves that an entry is in the trail as it was sealed.', simpleResolvers: true })
export class AuditProof {
  @Field(() => ID, { description: 'The entry.' })
  readonly entryId: string;

  @Field(() => String, { description: 'The entry as it is sealed; its leaf hash is SHA-256 of 0x00 and this text in UTF-8.' })
  readonly text: string;

  @Field(() => String, { description: 'The leaf’s hash, base64.' })
  readonly leaf: string;

  @Field(() => Int, { nullable: true, description: 'Place of the leaf in the batch, counted from 0.' })
  readonly index: number | null;

  @Field(() => [String], { nullable: true, description: 'The hashes that lead from the leaf to the root (RFC 6962 §2.1.1), base64.' })
  readonly path: readonly string[] | null;

  @Field(() => AuditCheckpoint, {
    nullable: true,
    description: 'The seal of its batch; null, with place and path, while it is not sealed.',
  })
  readonly checkpoint: AuditCheckpoint | null;
}
