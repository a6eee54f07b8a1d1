import { Component, type ReactNode } from 'react'

type BoundaryProps = { readonly fallback: (retry: () => void) => ReactNode; readonly children: ReactNode }

/** What fails inside stays inside; without this React would leave an empty window. */
export class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    const { fallback, children } = this.props
    return this.state.failed ? fallback(() => this.setState({ failed: false })) : children
  }
}
