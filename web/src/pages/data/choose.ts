import { object } from '../../api/actions';
import { call, type Answer, type Body } from '../../api/call';
import { locale } from '../../words/spoken';

export type Choices = Answer<'GET /v1/me/choices'>;
export type Choice = Choices['restriction'];

/** Chooses, and gives all choices as they are then. */
export async function choose(choices: Choices, purpose: Choice['purpose'], body: Body<'PUT /v1/me/choices/{purpose}'>): Promise<Choices> {
  const choice = await call('PUT /v1/me/choices/{purpose}', { path: { purpose }, body, headers: { 'accept-language': locale } });
  // What the account objects to this browser does not even tell.
  if (purpose === 'analytics') object(choice.state === 'objected');
  if (purpose === 'restriction') return { ...choices, restriction: choice };
  return { ...choices, purposes: choices.purposes.map((one) => (one.purpose === purpose ? { ...one, choice } : one)) };
}
