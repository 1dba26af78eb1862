import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import {
  AcceptedPayload,
  ChangePasswordInput,
  PasswordPayload,
  RequestPasswordResetInput,
  ResetPasswordInput,
  VerifyEmailInput,
  VerifyEmailPayload,
} from './credentials.types.js';
import { requestEmailVerification, verifyEmail } from './emailVerification.service.js';
import { changePassword, requestPasswordReset, resetPassword } from './password.service.js';

@Resolver()
export class CredentialsResolver {
  @Mutation(() => PasswordPayload, { description: 'Changes the caller’s password, and ends their other sessions.' })
  async changePassword(@Arg('input', () => ChangePasswordInput) input: ChangePasswordInput, @Ctx() ctx: Context) {
    return { endedSessions: await changePassword(ctx, input) };
  }

  @Mutation(() => AcceptedPayload, {
    description: 'Has a token sent with which a password is set anew, where a user has the email. The answer is the same where nobody has.',
  })
  async requestPasswordReset(@Arg('input', () => RequestPasswordResetInput) input: RequestPasswordResetInput, @Ctx() ctx: Context) {
    await requestPasswordReset(ctx, input.email);
    return { accepted: true };
  }

  @Mutation(() => PasswordPayload, { description: 'Sets a password anew by a token that was sent by email, and ends every session.' })
  async resetPassword(@Arg('input', () => ResetPasswordInput) input: ResetPasswordInput, @Ctx() ctx: Context) {
    return { endedSessions: await resetPassword(ctx, input) };
  }

  @Mutation(() => AcceptedPayload, { description: 'Has a token sent with which the caller’s email is verified.' })
  async requestEmailVerification(@Ctx() ctx: Context) {
    await requestEmailVerification(ctx);
    return { accepted: true };
  }

  @Mutation(() => VerifyEmailPayload, { description: 'Verifies the email that a token was sent to.' })
  async verifyEmail(@Arg('input', () => VerifyEmailInput) input: VerifyEmailInput, @Ctx() ctx: Context) {
    return { email: await verifyEmail(ctx, input.token) };
  }
}
