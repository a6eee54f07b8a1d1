/**
 * The generator of types uses TypeScript's JavaScript API, which version 7 no longer has. As a peer it would get the
 * TypeScript of this workspace.
 */
function readPackage(manifest) {
  if (manifest.name !== 'openapi-typescript') return manifest
  const { typescript: _, ...peerDependencies } = manifest.peerDependencies
  return { ...manifest, peerDependencies, dependencies: { ...manifest.dependencies, typescript: '6.0.3' } }
}

module.exports = { hooks: { readPackage } }
