import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { type Download, DownloadScalar } from '../../graphql/download.js';
import { BigIntCount, DateTime, JSONObject, UUID } from '../../graphql/scalars.js';
import { AuditFilter } from '../audit.filter.js';
import { AuditExportFormat, AuditExportState } from './export.enums.js';

@InputType({ description: 'Which entries are exported, and how.' })
export class ExportAuditInput {
  @Field(() => AuditFilter, { nullable: true, description: 'Those that the filter lets through; all where there is none.' })
  readonly filter?: AuditFilter | null;

  @Field(() => AuditExportFormat, { nullable: true, description: 'CSV where it is left out.' })
  readonly format?: AuditExportFormat | null;

  @Field(() => UUID, { nullable: true, description: 'Only what comes behind this entry: the last whole one of an export that broke off.' })
  readonly after?: string | null;

  @Field(() => UUID, {
    nullable: true,
    description:
      'The caller’s export that this one goes on with: of the same moment, filter and format, so that both together are the whole.',
  })
  readonly resumes?: string | null;
}

@ObjectType({ description: 'An export of the trail, and its manifest.', simpleResolvers: true })
export class AuditExport {
  @Field(() => ID, { description: 'Names it.' })
  readonly id: string;

  @Field(() => AuditExportFormat, { description: 'In what it is written.' })
  readonly format: AuditExportFormat;

  @Field(() => AuditExportState, { description: 'How far it is.' })
  readonly state: AuditExportState;

  @Field(() => JSONObject, { description: 'The filter.' })
  readonly filter: object;

  @Field(() => UUID, { nullable: true, description: 'The entry behind which it begins.' })
  readonly after: string | null;

  @Field(() => UUID, { nullable: true, description: 'The export that it goes on with.' })
  readonly resumes: string | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'Until when its download can begin.' })
  readonly expiresAt: string;

  @Field(() => DateTime, { nullable: true, description: 'When its download ended, whole.' })
  readonly finishedAt: string | null;

  @Field(() => BigIntCount, { nullable: true, description: 'Entries in it, once it is whole.' })
  readonly rows: number | null;

  @Field(() => BigIntCount, { nullable: true, description: 'Length of the body, of NDJSON without the last line.' })
  readonly bytes: number | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 of these bytes, hexadecimal.' })
  readonly sha256: string | null;

  @Field(() => DownloadScalar, { description: 'The body: once, for the caller who asked for it, entries from the oldest on.' })
  readonly content: Download;
}

@ObjectType({ description: 'A new export.', simpleResolvers: true })
export class AuditExportPayload {
  @Field(() => AuditExport, { description: 'The export.' })
  readonly export: AuditExport;
}
