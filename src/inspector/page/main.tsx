import { render } from 'preact'
import { App } from './app.tsx'
import { followAddress } from './state/address.ts'
import { connect } from './state/connection.ts'
import { keepBlankPage } from './shell/save-page.ts'

connect(keepBlankPage())
followAddress()
render(<App />, document.getElementById('page')!)
