import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type KeyPair,
  certifyPersona,
  emailClaim,
  encodeProof,
  followSuccession,
  formatBase64url,
  formatHex,
  formatUtf8,
  parseBase64url,
  parseHex,
  signRequest,
  verifyProof,
} from '@kith/protocol'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { crypto } from '../../test/caller.ts'
import { Mailbox } from '../../test/mailbox.ts'
import { type Relay, createRelay } from '../relay.ts'
import { authKeyFile, loadAuthKey, rotateAuthKey } from './auth-key.ts'
import { maxAuthBodyBytes, networkOf } from './auth-service.ts'
import type { CodeLimits } from './codes.ts'
import { createMailer } from './mail.ts'

const data = mkdtempSync(join(tmpdir(), 'kith-auth-'))
const mailbox = new Mailbox()
let smtpUrl: string
let relay: Relay
let url: string

async function start(limits: Partial<CodeLimits> = {}, behindProxy = false, smtp = smtpUrl): Promise<void> {
  await relay?.close()
  const sendCode = createMailer({ smtpUrl: smtp, from: 'Kith <kith@chat.example>', host: 'chat.example' })
  const auth = { key: loadAuthKey(data), sendCode, limits, behindProxy }
  relay = createRelay({ seed: new Uint8Array(32).fill(3), port: 0, host: '127.0.0.1', webRoot: data, auth })
  url = (await relay.listen()).url
}

beforeEach(async () => {
  smtpUrl ??= await mailbox.listen()
  mailbox.mails.length = 0
  await start()
})

afterEach(async () => {
  await relay.close()
})

afterAll(async () => {
  await mailbox.close()
  rmSync(data, { recursive: true, force: true })
})

interface Answer {
  readonly status: number
  readonly body: Record<string, string>
}

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: text, headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

async function serviceKey(): Promise<Uint8Array> {
  const about = (await (await fetch(`${url}/auth/key`)).json()) as { key: string }
  return parseHex(about.key)!
}

class Person {
  readonly identity: KeyPair = crypto.signKeyPair(crypto.random(32))
  readonly salt = crypto.random(16)
  readonly email: string

  constructor(email: string) {
    this.email = email
  }

  ask(headers: Record<string, string> = {}): Promise<Answer> {
    return post('/auth/code', { email: this.email, identity: formatHex(this.identity.publicKey) }, headers)
  }

  async enter(code: string, changed: Record<string, string> = {}): Promise<Answer> {
    const { email, salt, identity } = this
    const asked = { service: await serviceKey(), identity: identity.publicKey, email, salt, code }
    return post('/auth/attest', {
      email,
      identity: formatHex(identity.publicKey),
      salt: formatBase64url(salt),
      code,
      signature: formatBase64url(signRequest(crypto, identity, asked)),
      ...changed,
    })
  }
}

function otherThan(code: string): string {
  return code === '000000' ? '000001' : '000000'
}

describe('an authentication service', () => {
  it('AUT5 mails a code, and attests the identity that returns it', async () => {
    const ada = new Person('ada@example.org')
    expect(await ada.ask()).toEqual({ status: 200, body: {} })
    const [mail] = mailbox.mails
    expect(mail?.to).toEqual(['ada@example.org'])
    expect(mail?.code).toMatch(/^\d{6}$/)
    expect(mail?.text).toContain('From: Kith <kith@chat.example>')
    const { status, body } = await ada.enter(mail!.code)
    expect(status).toBe(200)

    // What anybody does with it, offline.
    const author = crypto.signKeyPair(crypto.random(32)).publicKey
    const proof = encodeProof({
      persona: certifyPersona(crypto, ada.identity, author, Date.now()),
      attestations: [parseBase64url(body['statement']!)!],
      claims: [{ type: emailClaim, salt: ada.salt, claim: formatUtf8(ada.email) }],
    })
    const pinnedServices = [{ claimType: emailClaim, key: await serviceKey() }]
    const judged = verifyProof(crypto, proof, { author, time: Date.now(), pinnedServices })
    expect(judged).toMatchObject({ ok: true, value: { claims: [{ claim: 'ada@example.org', refused: undefined }] } })
    // Used up.
    expect(await ada.enter(mail!.code)).toEqual({ status: 403, body: { problem: 'noCode' } })
  })

  it('AUT6 a code counts for its address and identity alone, five tries long', async () => {
    const [ada, eve] = [new Person('ada@example.org'), new Person('ada@example.org')]
    await ada.ask()
    const { code } = mailbox.mails[0]!
    // Eve read the mail, but the code was asked for by another identity.
    expect(await eve.enter(code)).toEqual({ status: 403, body: { problem: 'noCode' } })
    // She cannot use Ada's identity, nor burn her tries: she has no key to sign with.
    const forged = { identity: formatHex(ada.identity.publicKey) }
    for (let i = 0; i < 9; i++) {
      expect(await eve.enter(otherThan(code), forged)).toEqual({ status: 403, body: { problem: 'badSignature' } })
    }
    for (let i = 0; i < 4; i++) {
      expect(await ada.enter(otherThan(code))).toEqual({ status: 403, body: { problem: 'wrongCode' } })
    }
    expect((await ada.enter(code)).status).toBe(200)
    await ada.ask()
    const second = mailbox.mails[1]!.code
    for (let i = 0; i < 5; i++) await ada.enter(otherThan(second))
    expect(await ada.enter(second)).toEqual({ status: 403, body: { problem: 'noCode' } })
  })

  it('AUT7 an address gets few mails an hour, and a network causes few', async () => {
    await start({ perAddress: 2, perNetwork: 3 }, true)
    const from = (network: string): Record<string, string> => ({ 'x-forwarded-for': `1.1.1.1, ${network}` })
    const ask = (email: string, network: string): Promise<Answer> => new Person(email).ask(from(network))
    expect((await ask('ada@example.org', '10.0.0.1')).status).toBe(200)
    expect((await ask('ADA@example.org', '10.0.0.2')).status).toBe(200)
    expect(await ask('ada@example.org', '10.0.0.3')).toEqual({ status: 429, body: { problem: 'tooMany' } })
    for (const name of ['b', 'c', 'd']) expect((await ask(`${name}@example.org`, '2001:db8::1')).status).toBe(200)
    expect((await ask('e@example.org', '2001:db8::ffff:1')).status).toBe(429)
    expect((await ask('e@example.org', '2001:db8:0:1::1')).status).toBe(200)
    expect(mailbox.mails).toHaveLength(6)
    expect(networkOf('::ffff:10.0.0.1')).toBe('10.0.0.1')
    // Without a proxy of ours the header is anybody's word.
    await start({ perNetwork: 1 })
    expect((await ask('f@example.org', '10.9.9.9')).status).toBe(200)
    expect((await ask('g@example.org', '10.8.8.8')).status).toBe(429)
  })

  it('AUT8 what is malformed, too long or for another path is refused with a code', async () => {
    const identity = formatHex(crypto.random(32))
    expect(await post('/auth/code', '{')).toEqual({ status: 400, body: { problem: 'malformed' } })
    expect(await post('/auth/code', 'null')).toEqual({ status: 400, body: { problem: 'malformed' } })
    expect((await post('/auth/code', 'x'.repeat(maxAuthBodyBytes + 1))).status).toBe(400)
    expect((await post('/auth/code', { email: 'a@b.c', identity: 'ff' })).body['problem']).toBe('malformed')
    const injected = { email: 'a@b.c\r\nBcc: d@e.f', identity }
    expect((await post('/auth/code', injected)).body['problem']).toBe('addressMalformed')
    expect((await post('/auth/attest', { email: 'a@b.c', identity })).body['problem']).toBe('malformed')
    expect((await post('/auth/other', {})).status).toBe(404)
    expect((await fetch(`${url}/auth/code`)).status).toBe(405)
    const preflight = await fetch(`${url}/auth/code`, { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(mailbox.mails).toEqual([])
  })

  it('AUT9 a mail that cannot be sent is told, and its code is worth nothing', async () => {
    await start({}, false, 'smtp://127.0.0.1:1')
    const ada = new Person('ada@example.org')
    expect(await ada.ask()).toEqual({ status: 502, body: { problem: 'mailFailed' } })
    expect((await ada.enter('000000')).body['problem']).toBe('noCode')
  })

  it('AUT10 its key stays in a file of its owner, and a new one is signed by the old', async () => {
    const old = await serviceKey()
    expect(statSync(join(data, authKeyFile)).mode & 0o777).toBe(0o600)
    const next = rotateAuthKey(data, crypto, Date.now())
    expect(statSync(join(data, authKeyFile)).mode & 0o777).toBe(0o600)
    await start()
    const about = (await (await fetch(`${url}/auth/key`)).json()) as { key: string; successions: string[] }
    expect(about.key).toBe(formatHex(next))
    const said = about.successions.map((text) => parseBase64url(text)!)
    expect(followSuccession(crypto, old, next, said, Date.now())).toMatchObject({ ok: true, value: [old, next] })
    const told = (await (await fetch(`${url}/api/relay`)).json()) as { auth: string }
    expect(told.auth).toBe(about.key)
  })
})
