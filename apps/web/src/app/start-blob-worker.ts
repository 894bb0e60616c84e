/** Starts the worker that keeps files. */
interface ScriptUrlPolicy {
  createScriptURL(url: string): string
}

interface TrustedTypes {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy
}

const workerUrl = './blob-worker.js'

/** Trusted Types guard this sink; the policy lets exactly one address through. */
export function startBlobWorker(): Worker {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
  const rules: ScriptUrlPolicy = {
    createScriptURL: (url) => {
      if (url !== workerUrl) throw new TypeError('only the app’s own worker may be started')
      return url
    },
  }
  const policy = types?.createPolicy('kith-blob-worker', rules) ?? rules
  return new Worker(policy.createScriptURL(workerUrl), { type: 'module' })
}
