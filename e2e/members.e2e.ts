/**
 * A members room with the real programs: founded in a terminal, entered by a browser with a PIN and by another terminal
 * without, and somebody removed who then reads nothing more.
 */
import { describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { newest } from './harness/members.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

describe('a members room', () => {
  const stage = setStage()

  it('FAC17 FAC18 lets in who knows the PIN, and nobody reads on who was removed', async () => {
    const ana = new Terminal([
      'new',
      '--members',
      '--name',
      'Ana',
      '--data',
      `${stage.folder}/ana`,
      '--relay',
      stage.relay.origin,
    ])
    await ana.link()
    ana.write({ type: 'command', text: 'invite' })
    const invite = await until('an invite', 60_000, () => newest(ana, ({ type }) => type === 'invite')?.link)

    const bea = await Person.arrive(stage.browser, 'Bea')
    const { page } = bea
    await page.goto(invite)
    await page.getByLabel('Your name').fill('Bea')
    await page.getByRole('button', { name: 'Knock' }).click()
    const pinField = page.getByLabel('PIN, six digits')
    await pinField.waitFor({ timeout: 60_000 })
    expect(page.url()).not.toContain('#i-')
    const pin = (): string | undefined =>
      newest(ana, (line) => line.type === 'newcomer' && line.pin !== null)?.pin ?? undefined
    const first = await until('a PIN', 10_000, pin)
    await pinField.fill(first === '000000' ? '111111' : '000000')
    await page.keyboard.press('Enter')
    await page.getByText('That was not the PIN. 2 tries are left.').waitFor({ timeout: 60_000 })
    await pinField.fill(await until('the PIN', 10_000, pin))
    await page.keyboard.press('Enter')
    await bea.composer().waitFor({ timeout: 60_000 })

    ana.send('welcome, Bea')
    await page.getByRole('log').getByText('welcome, Bea').waitFor({ timeout: 60_000 })
    await bea.composer().fill('good to be in')
    await page.keyboard.press('Enter')
    await until('what Bea says', 60_000, () => ana.texts().includes('good to be in'))

    ana.write({ type: 'command', text: 'invite --no-pin' })
    const open = await until(
      'another invite',
      10_000,
      () => newest(ana, ({ type, link }) => type === 'invite' && link !== invite)?.link,
    )
    const cleo = new Terminal(['join', open, '--name', 'Cleo', '--data', `${stage.folder}/cleo`])
    await until('Cleo to be in', 60_000, () => newest(cleo, ({ type, phase }) => type === 'entering' && phase === 'in'))
    await until('what was said before', 60_000, () => cleo.texts().includes('welcome, Bea'))

    ana.write({ type: 'command', text: 'remove Cleo --yes' })
    await until('the removal', 10_000, () => newest(ana, ({ type }) => type === 'done'))
    await until('Cleo to be gone', 60_000, () =>
      [...ana.peers.values()].some(({ name, state }) => name === 'Cleo' && state === 'gone'),
    )
    ana.send('without Cleo')
    await page.getByRole('log').getByText('without Cleo').waitFor({ timeout: 60_000 })
    // What Cleo would have by now, had it been for Cleo, too.
    await bea.composer().fill('and I see it')
    await page.keyboard.press('Enter')
    await until('the answer', 60_000, () => ana.texts().includes('and I see it'))
    expect(cleo.texts()).not.toContain('without Cleo')
    expect(bea.complaints).toEqual([])
    await bea.context.close()
    await ana.leave()
    await cleo.leave()
  })
})
