import { connect } from '../../jobs/client/connect.ts'
import { askPerson } from './ask-person.ts'
import type { Door } from './door.ts'

/** The supervisor of the user's state directory, and who sits at the terminal. */
export const systemDoor: Door = {
  connect,
  now: Date.now,
  asker: () => askPerson(process.env),
}
