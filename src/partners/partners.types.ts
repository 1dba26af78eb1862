import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { Node } from '../graphql/node.js';
import { DateTime, EmailAddress, JSONObject } from '../graphql/scalars.js';
import { PartnerStatus, PartnerType } from './partner.enums.js';

@ObjectType({ description: 'Another company that the platform works with.', implements: Node, simpleResolvers: true })
export class Partner extends Node {
  @Field(() => String, { description: 'At most 200 characters.' })
  readonly name: string;

  @Field(() => String, { description: 'Lowercase kebab-case, unique, at most 100 characters.' })
  readonly slug: string;

  @Field(() => PartnerType, { description: 'What the partner does for the platform.' })
  readonly partnerType: PartnerType;

  @Field(() => PartnerStatus, { description: 'Whether the platform works with the partner.' })
  readonly status: PartnerStatus;

  @Field(() => String, { nullable: true, description: 'The name that customers see.' })
  readonly displayName: string | null;

  @Field(() => String, { nullable: true, description: 'What the partner is.' })
  readonly description: string | null;

  @Field(() => String, { nullable: true, description: 'Address of the partner’s pages.' })
  readonly website: string | null;

  @Field(() => String, { nullable: true, description: 'Address of the partner’s logo.' })
  readonly logoUrl: string | null;

  @Field(() => String, { nullable: true, description: 'Whom to ask for.' })
  readonly contactName: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Whom to write to.' })
  readonly contactEmail: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call.' })
  readonly contactPhone: string | null;

  @Field(() => String, { nullable: true, description: 'What the platform’s admins note about the partner; in no REST answer.' })
  readonly internalNotes: string | null;

  @Field(() => JSONObject, { description: 'Whatever else programs keep of the partner.' })
  readonly extraData: Record<string, unknown>;

  @Field(() => Int, { description: 'Rises with each change; a change names the version it is based on.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the partner was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the partner was last changed.' })
  readonly updatedAt: string;
}

export const PartnerConnection = connectionType('Partner', () => Partner);

@InputType({ description: 'Which partners. Several conditions must all hold.' })
export class PartnerFilter {
  @Field(() => PartnerStatus, { nullable: true, description: 'In this status.' })
  readonly status?: PartnerStatus | null;

  @Field(() => PartnerType, { nullable: true, description: 'Of this type.' })
  readonly partnerType?: PartnerType | null;

  @Field(() => String, { nullable: true, description: 'Part of the name or the slug, without case; at most 500 characters.' })
  readonly search?: string | null;
}

@InputType({ description: 'What may be said of a partner.' })
abstract class PartnerDetailsInput {
  @Field(() => PartnerType, {
    nullable: true,
    description: 'What the partner does for the platform; integration where a new one says nothing.',
  })
  readonly partnerType?: PartnerType | null;

  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  readonly displayName?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' })
  readonly description?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,048 characters.' })
  readonly website?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,048 characters.' })
  readonly logoUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'Whom to ask for.' })
  readonly contactName?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Whom to write to.' })
  readonly contactEmail?: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call.' })
  readonly contactPhone?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters.' })
  readonly internalNotes?: string | null;

  @Field(() => JSONObject, { nullable: true, description: 'At most 64 KB as JSON.' })
  readonly extraData?: Record<string, unknown> | null;
}

@InputType({ description: 'A partner to make.' })
export class CreatePartnerInput extends PartnerDetailsInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => String, { description: 'Lowercase kebab-case, at most 100 characters, unique.' })
  readonly slug: string;
}

@InputType({ description: 'What to change. A field that is left out stays as it is; null clears it.' })
export class UpdatePartnerInput extends PartnerDetailsInput {
  @Field(() => Int, { description: 'The version that the change is based on. Another one is a conflict.' })
  readonly baseVersion: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'Lowercase kebab-case, at most 100 characters, unique.' })
  readonly slug?: string | null;

  @Field(() => PartnerStatus, { nullable: true, description: 'Whether the platform works with the partner.' })
  readonly status?: PartnerStatus | null;
}

@ObjectType({ description: 'The partner as the change left it.', simpleResolvers: true })
export class PartnerPayload {
  @Field(() => Partner, { description: 'The partner as the change left it.' })
  readonly partner: Partner;
}
