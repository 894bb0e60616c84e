import { expect, it } from 'vitest'
import { typeOfFileName } from './file-types.ts'

it('a file is what the end of its name says, and bytes where that says nothing', () => {
  expect(typeOfFileName('holiday.JPG')).toBe('image/jpeg')
  expect(typeOfFileName('archive.tar.gz')).toBe('application/gzip')
  for (const name of ['', 'README', '.', 'x.constructor', 'a.b.unknown']) {
    expect(typeOfFileName(name)).toBe('application/octet-stream')
  }
})
