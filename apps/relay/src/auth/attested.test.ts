import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Person, Room } from '@kith/peer'
import { createNodeChat } from '@kith/peer/node'
import { until } from '@kith/peer/testing/until'
import { afterAll, describe, expect, it } from 'vitest'
import { Mailbox } from '../../test/mailbox.ts'
import { createRelay } from '../relay.ts'
import { loadAuthKey } from './auth-key.ts'
import { createMailer } from './mail.ts'

const folders: string[] = []

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kith-attested-'))
  folders.push(made)
  return made
}

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
})

function ada(room: Room): Person {
  return room.state.people.find(({ name }) => name === 'Ada')!
}

describe('an attested address', () => {
  it('AUT11 a terminal with no network verifies the author of a message, by the services it believes', async () => {
    const mailbox = new Mailbox()
    const smtpUrl = await mailbox.listen()
    const data = folder()
    const sendCode = createMailer({ smtpUrl, from: 'kith@chat.example', host: 'chat.example' })
    const auth = { key: loadAuthKey(data), sendCode }
    const relay = createRelay({ seed: new Uint8Array(32).fill(9), port: 0, host: '127.0.0.1', webRoot: data, auth })
    const { url } = await relay.listen()

    const hers = await createNodeChat({ dataDir: folder(), relay: url, name: 'Ada', iceServers: [] })
    const bobDir = folder()
    const his = await createNodeChat({ dataDir: bobDir, relay: url, name: 'Bob', iceServers: [] })
    const room = await hers.create()
    await room.send('it is me')
    const atBobs = await his.join(room.state.link)

    await expect(hers.identify({ type: 'askCode', email: 'nonsense', relay: url })).rejects.toMatchObject({
      code: 'addressMalformed',
    })
    await hers.identify({ type: 'askCode', email: 'ada@example.org', relay: url })
    expect(hers.state.identity.asking?.email).toBe('ada@example.org')
    const [mail] = mailbox.mails
    const wrong = mail!.code === '000000' ? '000001' : '000000'
    await expect(hers.identify({ type: 'enterCode', code: wrong })).rejects.toMatchObject({ code: 'wrongCode' })
    expect(await hers.identify({ type: 'enterCode', code: mail!.code })).toBe('ada@example.org')
    expect(hers.state.identity.claims).toMatchObject([{ claim: 'ada@example.org' }])
    await hers.identify({ type: 'show', room: room.id, on: true })

    // He looks the service up, and believes it by his own choice.
    await until(atBobs, 'her message', () => atBobs.timeline.length === 1)
    expect(ada(atBobs).verification.level).toBe('none')
    const key = (await his.identify({ type: 'lookUp', relay: url }))!
    await expect(his.identify({ type: 'believe', relay: url, key: 'ab'.repeat(32) })).rejects.toMatchObject({
      code: 'serviceKeyChanged',
    })
    await his.identify({ type: 'believe', relay: url, key })
    await until(atBobs, 'her address', () => ada(atBobs).verification.level === 'attested')
    expect(ada(atBobs).verification).toMatchObject({ claim: 'ada@example.org', by: [key] })
    await Promise.all([hers.close(), his.close(), relay.close(), mailbox.close()])

    // No relay, no service, nobody there: the message and its author are judged by what is on the disk.
    const offline = await createNodeChat({ dataDir: bobDir, relay: null })
    const alone = offline.room(room.id)!
    await until(alone, 'her address', () => ada(alone)?.verification.level === 'attested')
    expect(alone.timeline.at(0)).toMatchObject({ text: 'it is me', author: ada(alone).id })
    expect(ada(alone)).toMatchObject({ online: false, verification: { claim: 'ada@example.org' } })
    await offline.identify({ type: 'doubt', key })
    expect(ada(alone).verification.level).toBe('none')
    await expect(offline.identify({ type: 'lookUp', relay: url })).rejects.toMatchObject({ code: 'noService' })
    await offline.close()
  }, 90_000)
})
