import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { findSettings, updateSettings } from './settings.service.js';
import { Settings, UpdateSettingsInput, UpdateSettingsPayload } from './settings.types.js';

@Resolver()
export class SettingsResolver {
  @Query(() => Settings, { description: 'What holds for the whole platform.' })
  settings(@Ctx() ctx: Context) {
    return findSettings(ctx);
  }

  @Mutation(() => UpdateSettingsPayload, { description: 'Changes the named settings, for every gateway from its next request on.' })
  async updateSettings(@Arg('input', () => UpdateSettingsInput) input: UpdateSettingsInput, @Ctx() ctx: Context) {
    return { settings: await updateSettings(ctx, input) };
  }
}
