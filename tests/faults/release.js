// SPDX-License-Identifier: MIT
//
// A bad release of the shop's application: stands in its place behind the proxy, hands on to the good one what it has not
// broken, and breaks the requests that PATTERN matches (METHOD PATH, a regular expression):
//
//     node release.js PORT GOOD-PORT FAULT PATTERN [WORD]...
'use strict';
const http = require('http');

const [port, goodPort, fault, pattern, ...words] = process.argv.slice(2);
const broken = new RegExp(pattern);
const page = text => `<!doctype html><html><head><title>${text}</title></head><body><h1>${text}</h1></body></html>\n`;
let served = 0;

// The good release's answer; `change` may work on its body.
function handOn(request, response, body, change) {
    const question = http.request({ port: goodPort, method: request.method, path: request.url, headers: request.headers }, answer => {
        const parts = [];
        answer.on('data', part => parts.push(part));
        answer.on('end', () => {
            const headers = { ...answer.headers };
            let content = Buffer.concat(parts);
            if (change !== undefined)
                content = change(content);
            delete headers['transfer-encoding'];
            headers['content-length'] = content.length;
            response.writeHead(answer.statusCode, headers);
            response.end(content);
        });
    });
    question.on('error', () => response.destroy());
    question.end(body);
}

const answer = (response, status, text, headers = {}) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers });
    response.end(page(text));
};

const faults = {
    // A page with that status.
    status: (request, response) => answer(response, +words[0], words[1] ?? http.STATUS_CODES[words[0]]),
    // The same as JSON, as the shop's own errors are.
    problem(request, response) {
        response.writeHead(+words[0], { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ title: http.STATUS_CODES[words[0]], status: +words[0], detail: words[1] }));
    },
    maintenance: (request, response) => answer(response, 503, 'Down for maintenance', { 'retry-after': '600' }),
    close: (request, response) => response.socket.end(),
    reset: (request, response) => response.socket.resetAndDestroy(),
    // Dies in the middle of a page.
    truncate(request, response) {
        response.writeHead(200, { 'content-type': 'text/html', 'content-length': 20000 });
        response.write(page('Shoes'));
        setTimeout(() => response.socket.destroy(), 50);
    },
    garbage: (request, response) => response.socket.end('\x16\x03garbage\n\n'),
    gzip(request, response) {
        response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' });
        response.end(page('not compressed'));
    },
    // More of a header than a proxy takes.
    'long-header': (request, response) => answer(response, 200, 'Shoes', { 'set-cookie': `tracking=${'x'.repeat(40000)}` }),
    loop: (request, response) => answer(response, 302, 'Found', { location: request.url }),
    apology: (request, response) => answer(response, 200, 'Something went wrong. We are working on it.'),
    slow: (request, response, body) => setTimeout(() => handOn(request, response, body), +words[0]),
    hang: () => {},
    // Each use takes a connection of the pool and never gives it back; then all wait for one until they give up.
    leak(request, response, body) {
        if (++served <= +words[0])
            handOn(request, response, body);
        else
            setTimeout(() => answer(response, 500, 'Internal Server Error'), +words[1]);
    },
    replace: (request, response, body) => handOn(request, response, body,
        content => Buffer.from(content.toString().replaceAll(words[0], words[1]))),
    // Every second request, whoever asks: one of two nodes is bad.
    half(request, response, body) {
        if (++served % 2 === 0)
            answer(response, +words[0], http.STATUS_CODES[words[0]]);
        else
            handOn(request, response, body);
    },
};

http.createServer((request, response) => {
    const parts = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => {
        const body = Buffer.concat(parts);
        if (broken.test(`${request.method} ${request.url}`))
            faults[fault](request, response, body);
        else
            handOn(request, response, body);
    });
}).listen(+port, '127.0.0.1');
