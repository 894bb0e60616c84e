import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { fakePin } from '@kith/peer/testing/fake-members'
import { openApp, openPage, type OpenApp, until } from '../testing/open-app.tsx'

let app: OpenApp | undefined

afterEach(() => {
  app?.close()
  app = undefined
})

function text(selector: string): string {
  return document.querySelector(selector)?.textContent ?? ''
}

function dialogs(): readonly HTMLDialogElement[] {
  return [...document.querySelectorAll<HTMLDialogElement>('dialog[open]')]
}

async function about(name: string): Promise<void> {
  await userEvent.click(page.getByTitle('People and paths'))
  await userEvent.click(page.getByRole('button', { name: `About ${name}` }))
  await until(() => text('.about-name') === name, 'the person is shown')
}

describe('a members room', () => {
  it('says in words who is in it, and beside each name how sure that is', async () => {
    app = await openApp('members')
    expect(text('.room-status')).toBe('Members: 7 people, 2 verified by you · 6 here')
    await userEvent.click(page.getByTitle('People and paths'))
    await until(() => document.querySelectorAll('.person-line').length === 7, 'everybody is listed')
    const words = [...document.querySelectorAll('.person-line')].map((line) => [
      line.querySelector('.person-open')?.textContent ?? 'me',
      line.querySelector('.verified')?.textContent,
    ])
    expect(Object.fromEntries(words)).toEqual({
      me: undefined,
      Aiko: 'Vouched for by Mara',
      Jonas: 'You gave them a PIN',
      Mara: 'Compared by you',
      Priya: 'Vouched for by Mara and Jonas',
      Tomás: 'Attested: tomas@lake.example',
      Wren: 'Not verified',
    })
    // A shape of its own for each, and the same word beside every message.
    const shapes = [...document.querySelectorAll('.person-line .verified svg')].map((svg) => svg.innerHTML)
    expect(new Set(shapes).size).toBe(5)
    const marks = [...document.querySelectorAll('article .row-head')].map((head) => [
      head.querySelector('.person-name')?.textContent,
      head.querySelector('.verified .visually-hidden')?.textContent,
    ])
    expect(marks).toContainEqual(['Jonas', 'You gave them a PIN'])
    expect(marks).toContainEqual(['Robin', undefined])
  })

  it('FAC19 shows what waits for the new key of the room', async () => {
    app = await openApp('membersHeld')
    expect(text('.held li')).toBe('Who has the key to the shed?')
    expect(text('.held-why')).toBe('The room is getting a new key. This goes out by itself in a moment.')
  })

  it('EDG8 lets one choose whom one’s own device connects with, in the settings of the room', async () => {
    app = await openApp('members')
    await openPage('Room settings', 'Who comes in')
    const choice = page.getByRole('combobox', { name: 'Whom your device connects with' })
    await expect.element(choice).toHaveValue('trusted')
    await userEvent.selectOptions(choice, 'own')
    await until(() => app?.room.state.members?.edgeRule === 'own', 'the rule is kept')
    await expect.element(page.getByText(/the map shows the gaps/u)).toBeVisible()
  })

  it('draws who answers for whom on the map, and says it in the list and of each person', async () => {
    app = await openApp('members')
    await userEvent.click(page.getByRole('button', { name: 'Map of the room' }).first())
    await until(() => document.querySelector('.map-person') !== null, 'the map is drawn')
    expect(document.querySelectorAll('.map-vouch')).toHaveLength(0)
    await userEvent.click(page.getByRole('button', { name: 'Vouches' }))
    const drawn = document.querySelectorAll('.map-vouch').length
    expect(drawn).toBeGreaterThan(4)
    expect(text('.map-legend')).toContain('vouches for')
    await userEvent.click(page.getByRole('radio', { name: 'List' }))
    expect(document.querySelectorAll('.vouches tbody tr')).toHaveLength(drawn)
    expect(text('.vouches')).toContain('by a PIN')
    await userEvent.click(page.getByRole('row', { name: /Priya/u }).getByRole('button', { name: 'Priya' }).first())
    expect(text('.map-card')).toContain('Let in on the word of Mara and Jonas')
    await userEvent.click(page.getByRole('row', { name: /Mara/u }).getByRole('button', { name: 'Mara' }).first())
    expect(text('.map-card')).toContain('Answers for')
  })

  it('names who falls with a removal before it happens, and leaves who is unticked', async () => {
    app = await openApp('members')
    await about('Priya')
    await userEvent.click(page.getByRole('button', { name: 'Remove from the room…' }))
    await until(() => dialogs().length === 2, 'the question is asked')
    expect(text('.falls legend')).toBe('1 person is here only because of them:')
    expect(text('.falls-one')).toBe('Wrenvouched for by Priya')
    await expect.element(page.getByRole('button', { name: 'Remove 2 people' })).toBeVisible()
    await userEvent.click(page.getByRole('checkbox'))
    await userEvent.click(page.getByRole('button', { name: 'Remove', exact: true }))
    await until(() => dialogs().length === 0, 'it is done')
    expect(app.room.state.people.map(({ name }) => name)).not.toContain('Priya')
    expect(app.room.state.people.map(({ name }) => name)).toContain('Wren')
  })

  it('makes an invite, shows it, and takes it back', async () => {
    app = await openApp('membersAlone')
    await userEvent.click(page.getByRole('button', { name: 'Invite somebody' }))
    await userEvent.selectOptions(page.getByLabelText('How many people'), '3 people')
    await userEvent.click(page.getByRole('switch', { name: 'Ask for a PIN' }))
    await userEvent.click(page.getByRole('button', { name: 'Make the invite' }))
    await until(() => document.querySelector('.share-link') !== null, 'the link is shown')
    const [invite] = app.room.state.members?.invites ?? []
    expect(invite).toMatchObject({ usesLeft: 3, asksPin: false })
    expect(document.querySelector<HTMLInputElement>('.share-link')?.value).toBe(invite?.link)
    await userEvent.click(page.getByRole('button', { name: 'Open invites' }))
    await userEvent.click(page.getByRole('button', { name: 'Take back' }))
    await until(() => app?.room.state.members?.invites.length === 0, 'it is taken back')
  })

  it('shows a PIN to tell, with what is left of it, to whoever opens the door', async () => {
    app = await openApp('membersDoor')
    const [noor, sam] = [...document.querySelectorAll('.door-one')].map((one) => one.textContent)
    expect(noor).toContain('Noor wants to come in')
    expect(noor).toContain('2 tries left, counts for')
    expect(document.querySelector('.door-pin')?.getAttribute('aria-label')).toBe('PIN 2 0 4 8 1 6')
    expect(sam).toContain('Sam needs 1 more voucher to come in')
    expect(sam).toContain('Mara vouches')
    await userEvent.click(page.getByRole('button', { name: 'Show a PIN' }))
    await until(() => document.querySelectorAll('.door-pin').length === 2, 'a PIN for Sam')
    await userEvent.click(page.getByRole('button', { name: 'Send away' }).first())
    await until(() => document.querySelectorAll('.door-one').length === 1, 'Noor was sent away')
  })

  it('cannot overlook that a known name has another key', async () => {
    app = await openApp('membersChanged', { size: 'phone' })
    const warning = page.getByRole('alert').first()
    await expect.element(warning).toBeVisible()
    expect(text('.changed-keys')).toContain('This Mara has another key than the Mara you compared numbers with.')
    expect(document.querySelector('.changed-keys [aria-label="Understood"]')).toBeNull()
    await userEvent.click(page.getByRole('button', { name: 'Compare now' }))
    await until(() => text('.about-head .verified') === 'Not the key you compared', 'the person is shown')
  })

  it('ENG31 says that members do not answer, which may mean that one is out', async () => {
    app = await openApp('membersUnanswered')
    await expect.element(page.getByText('Members are here and do not answer you')).toBeVisible()
    await expect.element(page.getByText(/Perhaps you are no longer a member/)).toBeVisible()
  })

  it('says why one cannot write, and offers no field then', async () => {
    app = await openApp('membersRemoved')
    expect(text('.silenced')).toBe('Mara removed you from this room. What you have read stays here; no more comes.')
    expect(document.querySelector('textarea')).toBeNull()
    expect(text('.room-status')).toBe('You are not in this room any more')
  })

  it('shows the rules to everybody and lets only those change them who may', async () => {
    app = await openApp('membersSilent')
    expect(text('.silenced')).toBe('In this room only admins write.')
    await openPage('Room settings', 'Who comes in')
    await until(() => document.querySelector('.rule select') !== null, 'the rules are shown')
    // What one's own device does is nobody else's business.
    const free = [...document.querySelectorAll<HTMLSelectElement>('.rule select:enabled')]
    expect(free.map(({ labels }) => labels[0]?.querySelector('span')?.textContent)).toEqual([
      'Whom your device connects with',
    ])
    // 26 hours ago: yesterday, or, of a test that runs soon after midnight, the day before.
    expect(text('.rules')).toMatch(/Spam, by Mara, (Yesterday|[A-Z][a-z]+day)/)
    app.close()
    app = await openApp('members')
    await openPage('Room settings', 'Who comes in')
    await userEvent.selectOptions(page.getByLabelText('Slow mode'), 'One message in 30 s')
    await userEvent.selectOptions(page.getByLabelText('What newcomers can read'), 'The last 7 days')
    expect(app.room.state.members?.policy).toMatchObject({ slowSeconds: 30, history: { days: 7 } })
  })
})

describe('the way in', () => {
  it('asks for the PIN, says how many tries are left, and opens', async () => {
    app = await openApp('enteringPin', { size: 'phone' })
    expect(text('.entering h1')).toBe('Enter the PIN')
    await userEvent.type(page.getByLabelText('PIN, six digits'), '123 456')
    await userEvent.click(page.getByRole('button', { name: 'Come in' }))
    await until(() => text('.entering-problem').startsWith('That was not the PIN. 2 tries'), 'the try is counted')
    await userEvent.type(page.getByLabelText('PIN, six digits'), fakePin)
    await userEvent.keyboard('{Enter}')
    await until(() => document.querySelector('[role="log"]') !== null, 'the room is open')
  })

  it('says when nobody opens any more, and what to do', async () => {
    app = await openApp('enteringWrong')
    await userEvent.type(page.getByLabelText('PIN, six digits'), '000000')
    await userEvent.keyboard('{Enter}')
    await until(() => text('.entering h1') === 'Not let in', 'the invite is burnt')
    expect(text('.entering-lead')).toContain('Ask for a new one.')
    await userEvent.click(page.getByRole('button', { name: 'Forget this invite' }))
    await until(() => document.querySelector('.start') !== null, 'back at the start')
  })

  it('takes an opened invite out of the address before it knocks', async () => {
    app = await openApp('empty', { at: 'start' })
    const invite = `i-${'Zq7Rw3NfTb9_cLk2HsV-'.repeat(5)}`
    window.history.pushState(null, '', `#${invite}`)
    window.dispatchEvent(new PopStateEvent('popstate'))
    await until(() => text('.entering h1') === 'You are invited', 'the invite is explained')
    await userEvent.click(page.getByRole('button', { name: 'Knock' }))
    await until(() => text('.entering h1') === 'Knocking…', 'it knocks')
    expect(window.location.hash).toMatch(/^#m-[0-9a-f]+$/)
  })
})
