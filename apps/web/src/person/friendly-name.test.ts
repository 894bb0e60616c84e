import { expect, it } from 'vitest'
import { en } from '../messages/en.ts'
import { friendlyName, maxNameLength, tidyName } from './friendly-name.ts'

it('a first name is made of two words of the catalogue', () => {
  expect(friendlyName(en.names, () => 0)).toBe('Amber Badger')
  expect(friendlyName(en.names, () => 0.9999)).toBe('Witty Wren')
})

it('a name fits in one line', () => {
  expect(tidyName('  a \n b  ')).toBe('a b')
  expect(tidyName('x'.repeat(100))).toHaveLength(maxNameLength)
})
