/**
 * What can go wrong in the facade, told apart by class. Each message says what happened and what to do, so an interface
 * may show it as it is.
 */

/** What was pasted is not the link of a room. */
export class LinkMalformed extends Error {
  override readonly name = 'LinkMalformed'

  constructor() {
    super('This is not the link of a room. Copy the whole link again, including everything after the #.')
  }
}

/** The relay's address is none. */
export class RelayMalformed extends Error {
  override readonly name = 'RelayMalformed'

  constructor(relay: string, options?: ErrorOptions) {
    super(`"${relay}" is not the address of a relay. It looks like https://chat.example, without a path.`, options)
  }
}

const refusals: Readonly<Record<string, string>> = {
  readOnly: 'In this room you can only read.',
  tooLong: 'This message is too long. Send it in several parts.',
  empty: 'There is nothing to send yet. Write something first.',
  unknownTarget: 'The message this is about is not here yet. Wait until the room has caught up, then try again.',
  notYours: 'Only who wrote a message can change it.',
  sessionClosed: 'This room is being closed. Open it again to write.',
  unchanged: 'Nothing changed.',
  tooSoon: 'Slow mode: the rules of this room leave some seconds between two messages. Send it a little later.',
  storeFull: 'There is no room left to keep this message. Free some space or forget a room, then send it again.',
}

/** A message, edit, deletion, reaction or pin was not taken. `code` is the engine's. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused'
  readonly code: string

  constructor(code: string, options?: ErrorOptions) {
    super(refusals[code] ?? 'This could not be sent. Try again; if it happens again, reload.', options)
    this.code = code
  }
}

/** The room was left or forgotten meanwhile. */
export class RoomClosed extends Error {
  override readonly name = 'RoomClosed'

  constructor() {
    super('This room is no longer open here. Join it again by its link.')
  }
}

/** The program is being closed. */
export class ChatClosed extends Error {
  override readonly name = 'ChatClosed'

  constructor() {
    super('Kith was closed here. Open it again to go on.')
  }
}

/** Nobody can hold more rooms open at once. */
export class TooManyRooms extends Error {
  override readonly name = 'TooManyRooms'

  constructor(most: number) {
    super(`There are already ${most} rooms here. Forget one you no longer need, then try again.`)
  }
}

const governRefusals: Readonly<Record<string, string>> = {
  open: 'This is an open room: whoever has its link is in, and nobody can be let in or removed.',
  notAllowed: 'The rules of this room leave that to somebody else.',
  notMember: 'You are not in this room.',
  unknownSubject: 'They are not here any more. If they stand at the door, ask them to open the invite again.',
  unknownInvite: 'This invite is gone already.',
  alreadyMember: 'They are in the room already.',
  malformed: 'That could not be read. A PIN is six digits.',
  nobodyAsks: 'Nobody asks for a PIN right now. Wait until somebody in the room does.',
}

/** The members of a room, or its rules, did not allow what was asked. `code` is the engine's. */
export class GovernRefused extends Error {
  override readonly name = 'GovernRefused'
  readonly code: string

  constructor(code: string, options?: ErrorOptions) {
    super(governRefusals[code] ?? 'This could not be done right now. Try again in a moment.', options)
    this.code = code
  }
}

const identityRefusals: Readonly<Record<string, string>> = {
  phraseMalformed: 'These are not the twelve words. Check each against what you wrote down, in the same order.',
  addressMalformed: 'This is not an e-mail address. It looks like robin@example.org.',
  codeMalformed: 'A code is six digits. It is in the mail you were sent.',
  noCode: 'There is no code to enter, or it is too old. Ask for a new one.',
  wrongCode: 'This is not the code that was mailed. Look again; after five tries you need a new one.',
  tooMany: 'Many codes were mailed already. Try again in an hour.',
  busy: 'The service has much to do right now. Try again in a few minutes.',
  mailFailed: 'The mail could not be sent. Check the address, or try again later.',
  noService: 'No service that attests addresses answers there. Ask whoever runs the relay, or try another.',
  serviceKeyChanged:
    'This service has another key than the one you trusted, and the old one did not announce it. Ask whoever runs it before you trust it again.',
  notHere: 'They are not connected with you right now. Try again when both of you are here.',
  unknownPerson: 'There is nobody like that here any more.',
  nothingToCompare: 'There is no number to compare right now. Start again.',
  noRequest: 'There is no such request any more.',
  unknownContact: 'There is no such contact here.',
  codeUnreadable: 'This is no code of a device. It has 24 letters and digits; the other device shows it.',
  linkedDevice: 'This is a linked device. That can only be done on your main device, which has your twelve words.',
  tooManyDevices: 'You have as many devices as Kith keeps. Remove one first.',
  unknownDevice: 'There is no such device any more.',
  contactBlocked: 'You blocked this contact. Unblock them first.',
}

/** Something about who somebody is could not be done. `code` says what. */
export class IdentityRefused extends Error {
  override readonly name = 'IdentityRefused'
  readonly code: string

  constructor(code: string, options?: ErrorOptions) {
    super(identityRefusals[code] ?? 'This could not be done right now. Try again in a moment.', options)
    this.code = code
  }
}
