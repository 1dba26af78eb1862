import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { EmailAddress } from '../graphql/scalars.js';

@InputType({ description: 'A new password, and the one that it replaces.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The password until now.' })
  readonly currentPassword: string;

  @Field(() => String, { description: '8 to 1024 characters; the common ones are refused.' })
  readonly newPassword: string;
}

@ObjectType({ description: 'What the change of a password ended.', simpleResolvers: true })
export class PasswordPayload {
  @Field(() => Int, { description: 'How many sessions ended by it: every other one of the user’s.' })
  readonly endedSessions: number;
}

@InputType({ description: 'Whose password is to be set anew.' })
export class RequestPasswordResetInput {
  @Field(() => EmailAddress, { description: 'Compared without case.' })
  readonly email: string;
}

@InputType({ description: 'A token that was sent to the user’s email, and the new password.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'Good for one reset, within an hour.' })
  readonly token: string;

  @Field(() => String, { description: '8 to 1024 characters; the common ones are refused.' })
  readonly newPassword: string;
}

@InputType({ description: 'A token that was sent to the user’s email.' })
export class VerifyEmailInput {
  @Field(() => String, { description: 'Good once, within a day, for the address that it was sent to.' })
  readonly token: string;
}

@ObjectType({ description: 'That a request was taken. It says nothing more.', simpleResolvers: true })
export class AcceptedPayload {
  @Field(() => Boolean, { description: 'True.' })
  readonly accepted: boolean;
}

@ObjectType({ description: 'The email that is verified now.', simpleResolvers: true })
export class VerifyEmailPayload {
  @Field(() => EmailAddress, { description: 'The email that is verified now.' })
  readonly email: string;
}
