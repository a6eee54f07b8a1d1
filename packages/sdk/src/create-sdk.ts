import type { Sdk, SdkOptions } from './sdk.ts'

/** Makes the access of one program to one server as one user. Nothing is opened before it is needed. */
export declare function createSdk(options: SdkOptions): Sdk
