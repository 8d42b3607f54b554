// SPDX-License-Identifier: Apache-2.0
// elasticsearch.js 7|8|opensearch scroll|pit|search|get INDEX SIZE: reads an index with an official client over one connection and prints
// how many records it got.
const http = require('http');
const [which, how, index, size] = [process.argv[2], process.argv[3], process.argv[4], Number(process.argv[5])];
const { SOURCE, SOURCE_PORT, SERVER } = process.env;
const packages = { 7: 'elasticsearch7', 8: '@elastic/elasticsearch', opensearch: '@opensearch-project/opensearch' };
const library = require(packages[which]);
const agent = () => new http.Agent({ keepAlive: true, maxSockets: 1, localAddress: SOURCE, localPort: Number(SOURCE_PORT) });
const options = { node: SERVER, agent, compression: true, maxRetries: 0 };
if (which === '8') options.Connection = library.HttpConnection;
const client = new library.Client(options);
const body = (reply) => reply.body || reply;

async function scroll() {
  let taken = 0;
  let page = body(await client.search({ index, scroll: '1m', size }));
  while (page.hits.hits.length) {
    taken += page.hits.hits.length;
    page = body(await client.scroll({ scroll_id: page._scroll_id, scroll: '1m' }));
  }
  await client.clearScroll(which === '8' ? { scroll_id: page._scroll_id } : { body: { scroll_id: [page._scroll_id] } });
  return taken;
}

async function pit() {
  let taken = 0;
  let after;
  const opened = which === 'opensearch' ? body(await client.createPit({ index, keep_alive: '1m' })).pit_id
    : body(await client.openPointInTime({ index, keep_alive: '1m' })).id;
  for (;;) {
    const query = { size, pit: { id: opened, keep_alive: '1m' }, sort: [{ 'case_number.keyword': 'asc' }], search_after: after };
    const page = body(await client.search(which === '8' ? query : { body: query }));
    if (!page.hits.hits.length) break;
    taken += page.hits.hits.length;
    after = page.hits.hits[page.hits.hits.length - 1].sort;
  }
  if (which === 'opensearch') await client.deletePit({ body: { pit_id: [opened] } });
  else await client.closePointInTime(which === '8' ? { id: opened } : { body: { id: opened } });
  return taken;
}

async function search() {
  return body(await client.search({ index, size })).hits.hits.length;
}

// Without a body: the 8 client then uses GET.
async function get() {
  return body(await client.search({ index, q: '*' })).hits.hits.length;
}

({ scroll, pit, search, get })[how]().then((n) => { console.log(n); process.exit(0); }, (e) => { console.error(e.message); process.exit(1); });
