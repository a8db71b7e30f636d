// SPDX-License-Identifier: MIT
//
// Whether each number in an explanation is one of the record. Reads from standard input a line for each explanation,
//
//     {"text": what was said, "record": the record of the run or incident, "runs": [records], "events": [events],
//      "incidents": [ids]}
//
// with the records of all runs, of which an incident's are those that failed meanwhile in journeys that showed it,
// and takes out of the records what was said of them before: sentences prove nothing. What is left must have the number: as it
// stands, or in the unit in which it is said, or as the time between two of its stamps. What a run tells of others, such as
// how many vantage points agree, must be in the records of the others. Prints what cannot be found.
//
// With --spoil each number is changed first: nothing of that may be found.
'use strict';

const GENERATED = ['summary', 'works', 'unsure'];
const LEGEND = /10 dB make a cause ten times likelier; below zero speaks against\./g; // says what a unit means
const NUMBER = /\d+(?:[.:,]\d+)*/g;
const STAMP = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const EVENT_MINUTES = 15; // EVENT_WITHIN of diagnose/facts.c
const UNITS = { ms: 1, s: 1e-3, 'µs': 1e3, min: 1 / 60e3, h: 1 / 3600e3 }; // of milliseconds, which records are in

// All that a record has, but for sentences made of it.
function leaves(value, key, parent, found) {
    if (Array.isArray(value))
        value.forEach(item => leaves(item, key, value, found));
    else if (value !== null && typeof value === 'object')
        Object.entries(value).forEach(([name, item]) => leaves(item, name, value, found));
    else if (typeof value === 'number')
        found.numbers.push({ key, value });
    else if (typeof value === 'string' && STAMP.test(value))
        found.stamps.push(value);
    else if (typeof value === 'string' && !GENERATED.includes(key) && !(key === 'text' && (parent.fact !== undefined || parent.change !== undefined)))
        found.texts.push(value);
    return found;
}

const collect = (...values) => values.reduce((found, value) => leaves(value, undefined, undefined, found), { numbers: [], stamps: [], texts: [] });

const stands = (texts, token) => texts.some(text => {
    for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1))
        if (!/\d/.test(text[at - 1] ?? '') && !/\d/.test(text[at + token.length] ?? ''))
            return true;
    return false;
});

// Of an incident, which has none itself.
function runsOf(record, runs) {
    const journeys = (record.shown_by ?? []).map(shower => shower.journey);
    return runs.filter(run => run.state === 'failed' && journeys.includes(run.journey) && run.slot.ended >= record.began &&
        (record.resolved === undefined || run.slot.ended <= record.resolved));
}

// Of the same journey, those that others tell of.
function scope(about) {
    const runs = about.runs.filter(run => run.journey === about.record.journey);
    return { vantages: new Set(runs.map(run => run.vantage)).size, failed: runs.filter(run => run.state === 'failed').length };
}

function isFound(about, found, token, before, after) {
    const value = Number(token), decimals = (token.split('.')[1] ?? '').length;
    const isAlike = number => Math.abs(number - value) <= (decimals > 0 ? 10 ** -decimals : 0.501);
    const unit = after.match(/^ (ms|s|µs|min|h|%|dB)\b|^ (%)/);
    const name = unit?.[1] ?? unit?.[2];
    if (/^\d\d:\d\d(:\d\d)?$/.test(token) && found.stamps.some(stamp => stamp.slice(11).startsWith(token)))
        return true;
    if (token.includes(':'))
        return token.split(':').every(part => isFound(about, found, part, '', ''));
    if (stands(found.texts, token) || found.stamps.some(stamp => stamp.slice(0, 10).split('-').includes(token)))
        return true;
    if (Number.isNaN(value))
        return false;
    if (name === '%')
        return found.numbers.some(number => /confidence/.test(number.key) && Math.abs(100 * number.value - value) < 1);
    if (name === 'dB')
        return found.numbers.some(number => number.key === 'weight' && Math.round(Math.abs(number.value)) === value);
    if (UNITS[name] !== undefined) {
        const times = found.stamps.map(stamp => Date.parse(stamp));
        return found.numbers.some(number => isAlike(number.value * UNITS[name])) ||
            times.some(one => times.some(other => one > other && Math.abs((one - other) * UNITS[name] - value) <= 1));
    }
    const { vantages, failed } = scope(about);
    if (/^ of \d+/.test(after) || /\d+ of $/.test(before))
        return value <= vantages;
    if (/^ slots? in a row/.test(after))
        return value <= failed;
    // The rule's own limit: there is an event in it.
    if (/^ minutes before it began/.test(after))
        return value === EVENT_MINUTES && about.events.some(event => found.stamps.some(stamp => Date.parse(stamp) - Date.parse(event.at) < value * 60e3 && stamp > event.at));
    return found.numbers.some(number => number.value === value);
}

function judge(about, spoil) {
    const text = about.text.replace(/\s+/g, ' ').replace(LEGEND, '').replace(about.record.id, '');
    const found = collect(about.record, about.events, about.incidents, runsOf(about.record, about.runs)), missing = [];
    for (const match of text.matchAll(NUMBER)) {
        const token = spoil ? match[0].replace(/\d/g, digit => (Number(digit) + 7) % 10).replace(/^0*(?=\d)/, '3197') : match[0];
        const before = text.slice(Math.max(0, match.index - 12), match.index), after = text.slice(match.index + match[0].length);
        if (isFound(about, found, token, before, after) === spoil)
            missing.push(`${token} of “…${text.slice(Math.max(0, match.index - 50), match.index + 40)}…”`);
    }
    return missing;
}

const spoil = process.argv[2] === '--spoil';
const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter(line => line !== '').map(line => JSON.parse(line));
const missing = lines.flatMap(about => judge(about, spoil).map(what => `${about.record.id.slice(0, 8)}: ${spoil ? 'found' : 'not in the record'}: ${what}`));
console.log(missing.length > 0 ? [...new Set(missing)].join('\n') : `${lines.length} explanations: all is in the record`);
process.exit(missing.length > 0 || lines.length === 0 ? 1 : 0);
