/**
 * A passphrase on what is stored, with the real stores: set in a browser's settings, carried by its tabs, asked for after
 * all of them were closed; and the same in a terminal.
 */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

const kith = new URL('../apps/cli/bin/kith.mjs', import.meta.url).pathname

describe('a passphrase', () => {
  const stage = setStage()
  let ana: Person
  let link: string

  beforeAll(async () => {
    ana = await Person.arrive(stage.browser, 'Ana')
    link = await ana.makeRoom(stage.relay.origin)
  })

  const shows = (page: Page, text: string): Promise<void> =>
    page.getByRole('log').getByText(text).waitFor({ timeout: 20_000 })

  const say = async (page: Page, text: string): Promise<void> => {
    const composer = page.getByRole('textbox', { name: /^Message to/ })
    await composer.fill(text)
    await composer.press('Enter')
    await shows(page, text)
  }

  it('STO21 STO29 TAB13 locks the browser for who comes later, and no tab that is open', async () => {
    const first = ana.page
    await say(first, 'before the lock')
    await first.getByRole('button', { name: 'Settings', exact: true }).click()
    await first.getByRole('button', { name: 'Files and storage' }).click()
    await first.getByText(/The browser (has promised to keep it|may clear it)/).waitFor()
    await first.getByRole('button', { name: 'Privacy and lock' }).click()
    await first.getByRole('button', { name: 'Set a passphrase' }).click()
    await first.getByLabel('New passphrase').fill('correct horse battery staple')
    await first.getByLabel('The new one once more').fill('correct horse battery staple')
    await first.keyboard.press('Enter')
    await first.getByText(/asks for the passphrase/).waitFor({ timeout: 20_000 })
    await first.keyboard.press('Escape')

    // Another tab needs no passphrase while one is open, and goes on when that one is closed.
    const second = await ana.context.newPage()
    await second.goto(link)
    await shows(second, 'before the lock')
    await first.close()
    await say(second, 'from the tab that was left')

    await second.close()
    const third = await ana.context.newPage()
    await third.goto(link)
    await third.getByRole('heading', { name: 'Kith is locked' }).waitFor()
    const fourth = await ana.context.newPage()
    await fourth.goto(link)
    await fourth.getByRole('heading', { name: 'Kith is locked' }).waitFor()

    await third.getByLabel('Passphrase').fill('correct horse')
    await third.keyboard.press('Enter')
    await third.getByText(/does not open it/).waitFor({ timeout: 20_000 })
    await third.getByLabel('Passphrase').fill('correct horse battery staple')
    await third.getByRole('button', { name: 'Open' }).click()
    await shows(third, 'before the lock')
    await shows(third, 'from the tab that was left')

    // The other locked tab opens when somebody looks at it again.
    await fourth.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await shows(fourth, 'from the tab that was left')
    await say(fourth, 'said in the follower')
    await shows(third, 'said in the follower')

    // A reload of the leading tab hands over to the other one, which asks for nothing.
    await third.reload()
    await shows(third, 'said in the follower')
    await fourth.close()
    await say(third, 'and goes on')
    await third.getByRole('button', { name: 'Settings', exact: true }).click()
    await third.getByRole('button', { name: 'Privacy and lock' }).click()
    await third.getByRole('button', { name: 'Remove it' }).click()
    await third.getByLabel('Present passphrase').fill('correct horse battery staple')
    await third.keyboard.press('Enter')
    await third.getByText(/without a passphrase from now on/).waitFor({ timeout: 20_000 })
    await third.close()
    const fifth = await ana.context.newPage()
    await fifth.goto(link)
    await shows(fifth, 'and goes on')
    expect(ana.complaints).toEqual([])
  })

  it('STO30 STO31 locks the browser by a passkey, at once and by itself, in every tab', async () => {
    const bea = await Person.arrive(stage.browser, 'Bea')
    const { page } = bea
    const devtools = await bea.context.newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        hasPrf: true,
        automaticPresenceSimulation: true,
      },
    })
    await bea.makeRoom(stage.relay.origin)
    await say(page, 'under a passkey')
    await page.getByRole('button', { name: 'Settings', exact: true }).click()
    await page.getByRole('button', { name: 'Privacy and lock' }).click()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText(/asks for the passkey/).waitFor()
    const other = await bea.context.newPage()
    await other.goto(page.url())
    await shows(other, 'under a passkey')

    await page.getByRole('button', { name: 'Lock now' }).click()
    await page.getByRole('button', { name: 'Use the passkey' }).waitFor()
    await other.getByRole('heading', { name: 'Kith is locked' }).waitFor()
    await other.close()
    await page.getByRole('button', { name: 'Use the passkey' }).click()
    await shows(page, 'under a passkey')

    // Nobody touches it for longer than it waits.
    await page.clock.install()
    await page.reload()
    await page.getByRole('button', { name: 'Use the passkey' }).click()
    await shows(page, 'under a passkey')
    await page.clock.fastForward('16:00')
    await page.getByRole('button', { name: 'Use the passkey' }).waitFor()
    await bea.context.close()
  })

  /** Runs `kith` to its end. */
  async function run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; out: string }> {
    const child = spawn(process.execPath, [kith, ...args], { env: { ...process.env, NO_COLOR: '1', ...env } })
    child.stdin.end()
    let out = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()))
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, out }
  }

  it('STO21 locks a terminal by file or environment, and kith doctor works beside a locked store', async () => {
    const data = `${stage.folder}/cleo`
    const file = `${stage.folder}/passphrase`
    await writeFile(file, 'four words of mine\nnot this line\n')
    const cleo = new Terminal(['join', link, '--data', data, '--name', 'Cleo', '--passphrase-file', file])
    await cleo.link()
    cleo.send('from a locked terminal')
    await until('its message', 10_000, () => cleo.texts().includes('from a locked terminal'))
    await cleo.leave()

    const without = await run(['--data', data, '--json'])
    expect(without).toMatchObject({ code: 4, out: expect.stringContaining('"code":"passphraseNeeded"') as string })
    const wrong = await run(['--data', data, '--json'], { KITH_PASSPHRASE: 'four words of yours' })
    expect(wrong).toMatchObject({ code: 4, out: expect.stringContaining('"code":"passphraseWrong"') as string })
    expect(wrong.out).toContain('--passphrase-file FILE or KITH_PASSPHRASE')

    const again = new Terminal(['--data', data], { KITH_PASSPHRASE: 'four words of mine' })
    await until('the history', 20_000, () => again.texts().includes('from a locked terminal'))
    const doctor = await run(['doctor', '--data', data, '--relay', stage.relay.origin])
    expect(doctor.out).toContain('writable and encrypted')
    expect(doctor.code).toBe(0)
    await again.leave()

    // A store that had none so far gets one by being given one.
    const open = `${stage.folder}/dora`
    const dora = new Terminal(['join', link, '--data', open, '--name', 'Dora'])
    await dora.link()
    await dora.leave()
    const locking = new Terminal(['--data', open, '--passphrase-file', file])
    await locking.link()
    expect(locking.errors).toContain('From now on it opens with this passphrase only')
    await locking.leave()
    expect(await run(['--data', open, '--json'])).toMatchObject({ code: 4 })
    const reopened = new Terminal(['--data', open, '--passphrase-file', file])
    await reopened.link()
    expect(reopened.errors).toBe('')
    await reopened.leave()
  })
})
