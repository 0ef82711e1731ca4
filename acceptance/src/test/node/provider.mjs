// A certified OpenID provider on loopback for OpenIdTest. Whoever logs in as NAME is NAME@firm.example; any password will do.
//   node provider.mjs PORT REDIRECT-URI AFTER-LOG-OUT-URI
import Provider from 'oidc-provider';

const [port, redirect, after] = process.argv.slice(2);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: 'archive',
    client_secret: 'a secret of the client: +&=%',
    redirect_uris: [redirect],
    post_logout_redirect_uris: [after],
  }],
  pkce: { required: () => true },
  scopes: ['openid', 'email', 'groups'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
  findAccount: async (ctx, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      email: `${id}@firm.example`,
      email_verified: id !== 'dora',
      groups: id === 'bert' ? ['archive-admins'] : ['everyone'],
    }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('up'));
