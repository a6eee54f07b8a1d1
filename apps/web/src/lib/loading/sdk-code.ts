import { createSdk, preload } from '@deskbell/sdk'

/** What a page loads of the SDK after it is shown. Importing the whole package with `import()` would load more. */
export const sdkCode = { createSdk, preload }
