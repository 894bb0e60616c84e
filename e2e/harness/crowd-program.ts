/**
 * Several members in one process, for `crowd.ts`: each the chat a terminal runs, over a store in memory and real WebRTC.
 *
 * Messages from the parent are `Ask`s; each is answered with its number.
 */
import { createNativeCrypto, type OpenChat } from '@kith/peer/node'
import type { Ask, Answer, Seen } from './crowd.ts'
import { openMemoryChat } from './memory-chat.ts'

const members: {
  readonly name: string
  readonly chat: OpenChat
  readonly room: Awaited<ReturnType<OpenChat['join']>>
}[] = []

async function join(name: string, link: string): Promise<void> {
  const chat = await openMemoryChat(createNativeCrypto(), name)
  members.push({ name, chat, room: await chat.join(link) })
}

function see(): Seen[] {
  return members.map(({ name, room }) => {
    const { timeline, state } = room
    const messages = Array.from({ length: timeline.length }, (_, i) => timeline.at(i))
    return {
      name,
      ids: messages.map(({ id }) => id),
      texts: messages.map(({ text }) => text),
      online: state.people.filter((person) => person.online).length,
      links: state.people.flatMap(({ presences }) => presences).filter(({ path }) => path === 'direct').length,
    }
  })
}

async function answer(ask: Ask): Promise<Answer> {
  if (ask.type === 'join') await Promise.all(ask.names.map((name) => join(name, ask.link)))
  if (ask.type === 'say') {
    await Promise.all(members.map(({ name, room }) => room.send(ask.text.replace('NAME', name))))
  }
  return { number: ask.number, seen: see() }
}

process.on('message', (ask: Ask) => {
  void answer(ask).then((said) => process.send?.(said))
})
process.on('disconnect', () => process.exit(0))
