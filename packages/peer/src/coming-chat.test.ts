import { describe, expect, it } from 'vitest'
import type { Chat } from './chat.ts'
import { ComingChat } from './coming-chat.ts'
import { FakeChat } from './testing/fake-chat.ts'

interface Coming {
  readonly chat: ComingChat
  comes(real: Chat): void
  fails(reason: unknown): void
}

function coming(): Coming {
  let [comes, fails]: [Coming['comes'], Coming['fails']] = [() => {}, () => {}]
  const chat = new ComingChat(new Promise<Chat>((resolve, reject) => ([comes, fails] = [resolve, reject])))
  return { chat, comes: (real) => comes(real), fails: (reason) => fails(reason) }
}

describe('a chat that is coming', () => {
  it('is that of somebody who has nothing, and then the real one for whoever holds it', async () => {
    const { chat, comes } = coming()
    expect(chat.state).toMatchObject({ ready: true, rooms: [], settings: { name: '' } })
    expect(chat.state).toBe(chat.state)
    const seen: string[] = []
    chat.subscribe(() => seen.push(chat.state.settings.name))
    const real = new FakeChat({ name: 'Robin' })
    comes(real)
    await chat.setName('Kim')
    await Promise.resolve()
    expect(chat.state).toBe(real.state)
    expect(seen).toEqual(['Robin', 'Kim'])
  })

  it('does what was asked of it before, in the order it was asked', async () => {
    const { chat, comes } = coming()
    const named = chat.setName('Kim')
    const made = chat.create({ title: 'Lake' })
    chat.setVisible(false)
    const real = new FakeChat({ name: 'Robin' })
    comes(real)
    await named
    const room = await made
    expect(chat.room(room.id)).toBe(room)
    expect(room.state.title).toBe('Lake')
    expect(real.state.settings.name).toBe('Kim')
    expect(real.visible).toBe(false)
  })

  it('says why it does not come to whoever waits for it, and to nobody else', async () => {
    const { chat, fails } = coming()
    chat.setVisible(true)
    const made = chat.create()
    fails(new Error('lost on the way'))
    await expect(made).rejects.toThrow('lost on the way')
    await expect(chat.join('kith:#x')).rejects.toThrow('lost on the way')
    expect(chat.state.rooms).toEqual([])
  })
})
