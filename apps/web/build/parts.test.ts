import { describe, expect, it } from 'vitest'
import { readFacade } from './parts.ts'

describe('files that only hand on what a group holds', () => {
  it('are read by the names they give out', () => {
    expect(readFacade('export{h as default}from"./people-D2Ys.js";')).toEqual({
      of: 'people-D2Ys.js',
      after: [],
      names: { default: 'h' },
    })
    expect(readFacade('export{t as default,n as qrPath}from"./people-D2Ys.js";\n')).toEqual({
      of: 'people-D2Ys.js',
      after: [],
      names: { default: 't', qrPath: 'n' },
    })
    expect(readFacade('import{a as e,b}from"./phrase-1.js";export{e as mnemonic,b as wordlist};')).toEqual({
      of: 'phrase-1.js',
      after: [],
      names: { mnemonic: 'a', wordlist: 'b' },
    })
    expect(readFacade('import"./start-1.js";export{t as createBrowserChat}from"./peer-1.js";')).toEqual({
      of: 'peer-1.js',
      after: ['start-1.js'],
      names: { createBrowserChat: 't' },
    })
  })

  it('are not those that do something themselves', () => {
    expect(readFacade('import{a as e}from"./x.js";e();export{e as default};')).toBeUndefined()
    expect(readFacade('import{a as e}from"./x.js";import"./y.js";export{e as default};')).toBeUndefined()
    expect(readFacade('var e=1;export{e as default};')).toBeUndefined()
  })
})
