// SPDX-License-Identifier: MIT
//
// Fits the weights of monitor/diagnose/weights.h to what the fault suite recorded, and says whether that is any better.
//
//     make faults REJUDGE=DIRECTORY RESULTS=FILE    # each trial's runs, with all their facts
//     fit.js WEIGHTS.H <FILE                        # the hand-set table beside one that never saw the family it judges
//     fit.js WEIGHTS.H --propose <FILE              # weights.h with those that are fitted to all of it, in whole numbers
//
// The model is that of diagnose.c: a prior, a sum of decibels a group, clipped, and a softmax with a floor. What is fitted is
// held near the hand-set numbers, as far from them as SPREAD decibels without much ado, so that a fact of few trials stays
// what a person made of it. A trial counts once, however many of its runs failed. Each family is judged by weights that were
// fitted to the others.
'use strict';

const fs = require('fs');
const { CAUSES, ASSERTED, SUMMARY_HEADS, truths, familiesOf, judge, summary, columns, matrixText } = require('./score.js');

const SPREAD = Number(process.env.SPREAD || 2); // dB
const STEPS = 400, RATE = 0.1;
const PROBABLE = 0.6, PROBABLE_LEAD = 5, SURER = 0.01, UNKNOWN_FLOOR = 0.02, UNSETTLED_MAX = 0.84, GROUP_MAX = 20; // as diagnose.c, weights.h, incident_match.c
const DECIBEL = Math.LN10 / 10;

// --- the table -------------------------------------------------------------------------------------

const ROW = /X\(([A-Z_]+), ([A-Z]+), "([a-z_.]+)", *((?:-?\d+, *){6})/g;

function readTable(text) {
    const priors = [...text.matchAll(/X\((NETWORK|APPLICATION|DATABASE|THIRD_PARTY|MONITOR|SCENARIO), (\d+)\)/g)]
        .map(match => 10 * Math.log10(Number(match[2]) / 100));
    const facts = new Map();
    for (const [, , group, code, numbers] of text.replace(/ *\\\n */g, ' ').matchAll(ROW))
        facts.set(code, { group, weights: numbers.split(',').slice(0, 6).map(Number) });
    if (priors.length !== CAUSES.length || facts.size === 0)
        throw new Error('this is not weights.h');
    return { priors, facts };
}

const copyTable = table => ({ priors: table.priors, facts: new Map([...table.facts].map(([code, fact]) => [code, { ...fact, weights: [...fact.weights] }])) });

// --- a verdict, as diagnose.c makes it -----------------------------------------------------------------

const clip = value => Math.max(-GROUP_MAX, Math.min(GROUP_MAX, value));

// The sums of each group, by suspect.
function groupsOf(table, codes) {
    const groups = new Map();
    for (const code of codes) {
        const fact = table.facts.get(code);
        if (fact === undefined)
            continue;
        if (!groups.has(fact.group))
            groups.set(fact.group, new Array(CAUSES.length).fill(0));
        const sums = groups.get(fact.group);
        fact.weights.forEach((weight, suspect) => { sums[suspect] += weight; });
    }
    return groups;
}

function weigh(table, groups) {
    const scores = table.priors.map((prior, suspect) => [...groups.values()].reduce((sum, sums) => sum + clip(sums[suspect]), prior));
    const highest = Math.max(...scores);
    const odds = scores.map(score => Math.exp((score - highest) * DECIBEL));
    const sum = odds.reduce((a, b) => a + b, 0);
    return { scores, shares: odds.map(odd => odd / sum) };
}

function verdictOf(table, run) {
    const { scores, shares } = weigh(table, groupsOf(table, run.facts));
    const order = scores.map((_, suspect) => suspect).sort((a, b) => scores[b] - scores[a] || a - b);
    const confidence = Math.min((1 - UNKNOWN_FLOOR) * shares[order[0]], run.unsettled ? UNSETTLED_MAX : 1);
    const told = confidence >= PROBABLE && scores[order[0]] - scores[order[1]] >= PROBABLE_LEAD;
    return { cause: told ? CAUSES[order[0]] : 'undetermined', leaning: CAUSES[order[0]], confidence, facts: run.facts };
}

// --- fitting -----------------------------------------------------------------------------------------

// Different sets of facts, with how much each counts and which suspects are right. All suspects count the same, however
// many rows of the table each has: the priors say how often each is to blame, and a family that is held out is no reason to
// think the less of its cause.
function samplesOf(trials) {
    const samples = new Map();
    const told = trials.filter(trial => CAUSES.includes(truths(trial)[0]) && trial.failed.some(run => run.facts?.length > 0));
    const sizes = new Map(CAUSES.map(cause => [cause, told.filter(trial => truths(trial)[0] === cause).length]));
    const present = CAUSES.filter(cause => sizes.get(cause) > 0).length;
    const rows = new Set(told.map(trial => trial.id)).size; // three trials of a row tell little more than one
    for (const trial of told) {
        const right = CAUSES.map(cause => truths(trial).includes(cause));
        const runs = trial.failed.filter(run => run.facts?.length > 0);
        const weight = rows / present / sizes.get(truths(trial)[0]);
        for (const run of runs) {
            const key = JSON.stringify([[...run.facts].sort(), right]);
            const sample = samples.get(key) ?? { facts: run.facts, right, share: 0 };
            sample.share += weight / runs.length;
            samples.set(key, sample);
        }
    }
    return [...samples.values()];
}

// The slope of the loss (minus the log of what the right suspects get) along each weight, by fact.
function slopes(table, samples) {
    const result = new Map();
    for (const { facts, right, share } of samples) {
        const groups = groupsOf(table, facts);
        const { shares } = weigh(table, groups);
        const hit = shares.reduce((sum, value, suspect) => sum + (right[suspect] ? value : 0), 0);
        const pull = shares.map((value, suspect) => share * DECIBEL * (value - (right[suspect] ? value / Math.max(hit, 1e-12) : 0)));
        for (const code of facts) {
            const fact = table.facts.get(code);
            if (fact === undefined)
                continue;
            const slope = result.get(code) ?? new Array(CAUSES.length).fill(0);
            const sums = groups.get(fact.group);
            // Beyond the limit more of the same changes nothing.
            pull.forEach((value, suspect) => { if (Math.abs(sums[suspect]) < GROUP_MAX || value * sums[suspect] > 0) slope[suspect] += value; });
            result.set(code, slope);
        }
    }
    return result;
}

// Adam, from the hand-set table on.
function fit(hand, trials) {
    const table = copyTable(hand), samples = samplesOf(trials);
    const means = new Map(), squares = new Map();
    for (let step = 1; step <= STEPS; step++) {
        for (const [code, slope] of slopes(table, samples)) {
            const weights = table.facts.get(code).weights, start = hand.facts.get(code).weights;
            const mean = means.get(code) ?? new Array(CAUSES.length).fill(0), square = squares.get(code) ?? new Array(CAUSES.length).fill(0);
            slope.forEach((value, suspect) => {
                const total = value + (weights[suspect] - start[suspect]) / SPREAD ** 2;
                mean[suspect] = 0.9 * mean[suspect] + 0.1 * total;
                square[suspect] = 0.99 * square[suspect] + 0.01 * total * total;
                weights[suspect] -= RATE * (mean[suspect] / (1 - 0.9 ** step)) / (Math.sqrt(square[suspect] / (1 - 0.99 ** step)) + 1e-8);
            });
            means.set(code, mean);
            squares.set(code, square);
        }
    }
    for (const fact of table.facts.values())
        fact.weights = fact.weights.map(Math.round);
    return table;
}

// --- a trial, judged by a table ------------------------------------------------------------------------

// The incident from its opening on, with each run's verdict by incident_match.c's rule: one for all that was recorded.
function judgeBy(table, trial) {
    const opened = trial.changes.length === 0 ? Infinity : Math.min(...trial.changes.map(change => change.at));
    const runs = trial.failed.filter(run => run.facts?.length > 0).map(run => ({ at: Date.parse(run.at) * 1000, verdict: verdictOf(table, run) }));
    const before = runs.filter(run => run.at <= opened);
    let verdict = before[before.length - 1]?.verdict;
    if (opened === Infinity || verdict === undefined)
        return judge(trial);
    const changes = [{ at: opened, id: 'one', verdict }];
    for (const run of runs.slice(before.length)) {
        const surer = run.verdict.confidence >= verdict.confidence + SURER;
        const improves = run.verdict.cause !== 'undetermined' && (verdict.cause === 'undetermined' ||
            (surer && (run.verdict.cause === verdict.cause || run.verdict.confidence >= ASSERTED)));
        if (!improves)
            continue;
        verdict = run.verdict;
        changes.push({ at: run.at, id: 'one', verdict });
    }
    return judge({ ...trial, component: undefined, changes, incidents: [{ shown_by: 1, runs: runs.length, verdict }] });
}

// --- what is said --------------------------------------------------------------------------------------

function compare(hand, trials) {
    const families = familiesOf(trials);
    const recorded = trials.map(judge), before = trials.map(trial => judgeBy(hand, trial));
    const after = families.flatMap(family => {
        const table = fit(hand, trials.filter(trial => trial.family !== family));
        return trials.filter(trial => trial.family === family).map(trial => judgeBy(table, trial));
    });
    const alike = before.filter((judgement, i) => judgement.outcome === recorded[i].outcome).length;
    const rows = families.flatMap(family => [['by hand', before], ['held out', after]].map(([name, all]) =>
        summary(`${family}, ${name}`, all.filter(judgement => judgement.trial.family === family))));
    return [
        `${trials.length} trials; one incident is made of each here, and comes out as the program's own did in ${alike} of them.`, '',
        columns([['', ...SUMMARY_HEADS], ...rows, summary('all, by hand', before), summary('all, held out', after)]), '',
        ...[['By hand', before], ['Held out', after]].flatMap(([name, all]) => [
            `${name}: what was asserted (columns) of what was done (rows):`, '',
            matrixText(all), '']),
    ].join('\n') + '\n';
}

function propose(text, hand, trials) {
    const table = fit(hand, trials);
    return text.replace(/X\(([A-Z_]+), ([A-Z]+), "([a-z_.]+)",( *(?:\\\n *)?)((?:-?\d+, *){5}-?\d+)/g, (all, name, group, code, space) =>
        `X(${name}, ${group}, "${code}",${space}${table.facts.get(code).weights.join(', ')}`);
}

// Whether a verdict is made here as it was made by the program that judged the runs: if not, nothing else here means anything.
function check(hand, trials) {
    for (const trial of trials) {
        for (const run of trial.failed.filter(one => one.facts?.length > 0)) {
            const verdict = verdictOf(hand, run);
            if (verdict.cause !== run.verdict.cause || Math.abs(verdict.confidence - run.verdict.confidence) > 0.001)
                throw new Error(`${trial.id}, ${run.journey}: ${run.verdict.cause} ${run.verdict.confidence} by the program, ` +
                    `${verdict.cause} ${verdict.confidence.toFixed(3)} here: ${run.facts.join(' ')}`);
        }
    }
}

const [path, order] = process.argv.slice(2);
if (path === undefined || (order !== undefined && order !== '--propose')) {
    console.error('fit.js WEIGHTS.H [--propose] <RESULTS');
    process.exit(64);
}
const text = fs.readFileSync(path, 'utf8'), hand = readTable(text);
const trials = fs.readFileSync(0, 'utf8').split('\n').filter(line => line !== '').map(line => JSON.parse(line));
check(hand, trials);
process.stdout.write(order === '--propose' ? propose(text, hand, trials) : compare(hand, trials));
