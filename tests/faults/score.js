// SPDX-License-Identifier: MIT
//
// Holds what the monitor said in the fault suite against the truth. Reads the trials that run.sh collected, a JSON object
// a line, from standard input:
//
//     score.js --line       a line a trial
//     score.js --outcome    a word a trial: right, abstained, wrong, unseen
//     score.js --facts      a line a trial, and which facts its incidents and its failed runs were judged by
//     score.js --table      everything, as text
//     score.js --picture    the matrix and the calibration, as SVG
'use strict';

const ASSERTED = 0.85; // as in monitor/diagnose/diagnose.h
const CAUSES = ['network', 'application', 'database', 'third-party', 'monitor', 'scenario'];
const SAID = [...CAUSES, 'undetermined', 'nothing'];
const SECOND = 1e6; // times are in microseconds

const isAsserted = verdict => CAUSES.includes(verdict.cause) && verdict.confidence >= ASSERTED;
const leaning = verdict => CAUSES.includes(verdict.cause) ? verdict.cause : verdict.leaning;
const truths = trial => trial.truth.split('|');
const isTrue = (trial, cause) => truths(trial).includes(cause);

// The incidents of a trial as they stood at its end, the one that most journeys show first.
const incidents = trial => [...trial.incidents].sort((a, b) => b.shown_by - a.shown_by || b.runs - a.runs);

// What a monitor that could not look says of itself: that is no incident of the shop's.
const blind = trial => trial.failed.find(run => run.state === 'unknown' && run.verdict.cause === 'monitor' && run.symptom !== 'monitor.stopped');

// The first right assertion; what a monitor that cannot look says of itself at once is one, too. Infinity: there is none.
function assertedAt(trial, first) {
    const own = isTrue(trial, 'monitor') ? blind(trial) : undefined;
    const times = [first?.at, own && Date.parse(own.at) * 1000].filter(at => at !== undefined);
    return Math.min(...times);
}

// What became of one trial.
function judge(trial) {
    const all = incidents(trial);
    const main = all[0] ?? blind(trial);
    const asserted = trial.changes.filter(change => isAsserted(change.verdict));
    const wrong = asserted.filter(change => !isTrue(trial, change.verdict.cause));
    const first = asserted.find(change => isTrue(trial, change.verdict.cause));
    const nobody = isTrue(trial, 'nobody');
    const causes = id => new Set(asserted.filter(change => change.id === id).map(change => change.verdict.cause));
    const at = assertedAt(trial, first);
    let outcome;
    if (wrong.length > 0)
        outcome = 'wrong';
    else if (nobody && all.length === 0)
        outcome = 'right';
    else if (main === undefined)
        outcome = 'unseen';
    else
        outcome = isAsserted(main.verdict) && isTrue(trial, main.verdict.cause) ? 'right' : 'abstained';
    return {
        trial, main, all, outcome, wrong,
        said: main === undefined ? 'nothing' : isAsserted(main.verdict) ? main.verdict.cause : 'undetermined',
        leans: main === undefined ? undefined : leaning(main.verdict),
        allowed: outcome === 'right' || (outcome === 'abstained' && !trial.told),
        seconds: at === Infinity ? undefined : (at - trial.onset) / SECOND,
        confused: wrong.some(change => trial.truth === 'database' && change.verdict.cause === 'network' ||
            trial.truth === 'network' && change.verdict.cause === 'database'),
        changed: trial.changes.some(change => causes(change.id).size > 1),
        component: main === undefined || !trial.component ? undefined : main.verdict.component === trial.component,
    };
}

function line(judgement) {
    const { trial, main, outcome, wrong, all } = judgement;
    const said = main === undefined ? 'no incident'
        : `${main.verdict.cause === 'undetermined' ? `undetermined, leans to ${main.verdict.leaning}` : main.verdict.cause}` +
          `${main.verdict.component ? ` (${main.verdict.component})` : ''} ${main.verdict.confidence.toFixed(2)}` +
          `, then ${main.verdict.runner_up?.cause ?? '-'} ${(main.verdict.runner_up?.confidence ?? 0).toFixed(2)}`;
    const time = judgement.seconds === undefined ? '' : `, asserted after ${judgement.seconds.toFixed(1)} s`;
    const others = wrong.length === 0 ? '' : `; asserted wrongly: ${[...new Set(wrong.map(c => c.verdict.cause))].join(', ')}`;
    return `${trial.id} ${trial.shop}/${trial.door}${trial.probe ? ' with probe' : ''}: ${outcome}: ${trial.truth}${trial.component ? ` (${trial.component})` : ''}, ` +
        `said ${said}${time}${all.length > 1 ? `, ${all.length} incidents` : ''}${others}`;
}

const weighed = verdict => `${verdict.cause} ${(verdict.confidence ?? 0).toFixed(2)}: ${verdict.facts.join(' ')}`;

function facts(judgement) {
    const { trial } = judgement;
    const runs = new Map();
    for (const run of trial.failed) {
        const text = `${run.journey}/${run.step} ${run.symptom ?? run.reason} ${run.status ?? ''} ${weighed(run.verdict)}`;
        runs.set(text, (runs.get(text) ?? 0) + 1);
    }
    return [line(judgement), ...incidents(trial).map(incident =>
        `    incident from ${incident.journey}/${incident.step} ${incident.symptom}, shown by ${incident.shown_by}: ${weighed(incident.verdict)}`),
    ...[...runs].sort().map(([text, times]) => `    ${String(times).padStart(3)} times ${text}`)].join('\n');
}

// --- sums ------------------------------------------------------------------------------------------

const per = (part, whole) => whole === 0 ? '-' : `${(100 * part / whole).toFixed(1)} %`;
const count = (list, test) => list.filter(test).length;

function brier(judgements) {
    const seen = judgements.filter(j => j.main !== undefined);
    const sum = seen.reduce((total, j) => total + (j.main.verdict.confidence - (isTrue(j.trial, j.leans) ? 1 : 0)) ** 2, 0);
    return seen.length === 0 ? undefined : sum / seen.length;
}

// How sure it was, and how often it was right then.
function calibration(judgements) {
    const edges = [0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.01];
    return edges.slice(1).map((until, i) => {
        const inside = judgements.filter(j => j.main !== undefined && j.main.verdict.confidence >= edges[i] &&
            j.main.verdict.confidence < until);
        return {
            from: edges[i], until: Math.min(until, 1), count: inside.length,
            right: count(inside, j => isTrue(j.trial, j.leans)),
            mean: inside.reduce((sum, j) => sum + j.main.verdict.confidence, 0) / inside.length,
        };
    }).filter(bin => bin.count > 0);
}

const truthOf = trial => truths(trial)[0];
function matrix(judgements) {
    const rows = [...CAUSES, 'nobody'].filter(truth => judgements.some(j => truthOf(j.trial) === truth));
    return rows.map(truth => ({
        truth,
        cells: SAID.map(said => count(judgements, j => truthOf(j.trial) === truth && j.said === said)),
    }));
}

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted.length === 0 ? undefined : sorted[Math.floor(sorted.length / 2)];
}

function summary(name, judgements) {
    const asserted = judgements.filter(j => j.outcome === 'right' || j.outcome === 'wrong');
    const times = judgements.map(j => j.seconds).filter(seconds => seconds !== undefined);
    const within = judgements.filter(j => j.seconds !== undefined && j.seconds <= 2 * j.trial.slot);
    return [
        name, judgements.length, per(count(asserted, j => j.outcome === 'right'), asserted.length),
        count(judgements, j => j.outcome === 'wrong'), count(judgements, j => j.outcome === 'abstained' && !j.allowed),
        count(judgements, j => j.outcome === 'abstained' && j.allowed), count(judgements, j => j.outcome === 'unseen'),
        count(judgements, j => j.confused), count(judgements, j => j.changed), (brier(judgements) ?? NaN).toFixed(3),
        median(times)?.toFixed(1) ?? '-', per(within.length, times.length),
    ];
}

// What a shop that does not let its database be asked gets; all, where nothing else was done.
function withoutProbe(judgements) {
    const some = judgements.filter(j => !j.trial.probe);
    return some.length > 0 ? some : judgements;
}

// --- text ------------------------------------------------------------------------------------------

function columns(rows) {
    const widths = rows[0].map((_, i) => Math.max(...rows.map(row => String(row[i]).length)));
    return rows.map(row => row.map((cell, i) => i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))
        .join('  ').trimEnd()).join('\n');
}

const SUMMARY_HEADS = ['trials', 'right of asserted', 'wrong', 'open', 'allowed', 'unseen', 'db<->net', 'changed', 'Brier', 'median s', '<= 2 slots'];
const familiesOf = trials => [...new Set(trials.map(trial => trial.family))];

function sums(judgements) {
    return columns([
        ['family', ...SUMMARY_HEADS],
        ...familiesOf(judgements.map(j => j.trial)).map(family => summary(family, judgements.filter(j => j.trial.family === family))),
        summary('told from outside', judgements.filter(j => j.trial.told)),
        summary('all', judgements),
    ]);
}

function matrixText(judgements) {
    return columns([['truth', ...SAID], ...matrix(judgements).map(row => [row.truth, ...row.cells])]);
}

function componentText(judgements) {
    const named = judgements.filter(j => j.outcome === 'right' && j.component !== undefined);
    return `The component is right in ${count(named, j => j.component)} of ${named.length} trials that are right and have one.`;
}

function table(judgements) {
    const outside = withoutProbe(judgements), probed = judgements.filter(j => j.trial.probe);
    const kinds = CAUSES.map(cause => [cause, new Set(judgements.filter(j => truthOf(j.trial) === cause).map(j => j.trial.id)).size]);
    const parts = [
        `${new Set(judgements.map(j => `${j.trial.id} ${j.trial.shop}`)).size} faults, ${judgements.length} trials, ` +
            `${new Set(judgements.map(j => j.trial.shop)).size} shops; of the faults ` +
            kinds.map(([cause, number]) => `${number} ${cause}`).join(', '),
        '',
        'A verdict is asserted from 0.85 on. right: the main incident, which most journeys show, asserts the truth, and no incident',
        'ever asserted anything else; so one right and one wrong incident of a fault count as wrong. Nothing asserted: "open" where',
        'the table says that it can be told from outside, "allowed" where it cannot. unseen: no incident. db<->net: a database fault',
        'asserted as network, or the other way round. changed: an incident asserted one cause after another. Brier: of the likeliest',
        'cause of the main incident. Seconds: from the fault to the first right assertion, of an incident or of a monitor that cannot look.',
        '',
        sums(outside),
        '', 'What was asserted (columns) of what was done (rows):', '',
        matrixText(outside),
        '', 'How sure, and how often right then (of the likeliest cause, asserted or not):', '',
        columns([['from', 'until', 'trials', 'mean', 'right'], ...calibration(outside).map(bin => [
            bin.from.toFixed(2), bin.until.toFixed(2), bin.count, bin.mean.toFixed(3), per(bin.right, bin.count)])]),
        '', componentText(outside),
    ];
    if (probed.length > 0 && probed.length < judgements.length)
        parts.push('', 'A second time, with the database asked directly (`probe` in the shop file), what is about a database or looks like it:', '',
            sums(probed), '', matrixText(probed), '', componentText(probed));
    parts.push('', 'Trial by trial:', '', ...judgements.map(line));
    return parts.join('\n') + '\n';
}

// --- picture ---------------------------------------------------------------------------------------

const escape = text => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function cell(x, y, size, value, total, isRight) {
    const share = total === 0 ? 0 : value / total;
    const colour = isRight ? '31, 119, 80' : '190, 60, 50';
    return `<rect x="${x}" y="${y}" width="${size.width - 2}" height="${size.height - 2}" rx="3" ` +
        `fill="rgb(${colour})" fill-opacity="${value === 0 ? 0.04 : (0.15 + 0.85 * share).toFixed(2)}"/>` +
        (value === 0 ? '' : `<text x="${x + size.width / 2 - 1}" y="${y + 20}" text-anchor="middle" ` +
            `fill="${share > 0.5 ? '#fff' : '#222'}">${value}</text>`);
}

function matrixPicture(judgements, left, top) {
    const size = { width: 78, height: 32 };
    const parts = SAID.map((said, i) => `<text x="${left + i * size.width + size.width / 2 - 1}" y="${top - 8}" text-anchor="middle">${said}</text>`);
    matrix(judgements).forEach((row, r) => {
        const total = row.cells.reduce((a, b) => a + b, 0);
        const y = top + r * size.height;
        parts.push(`<text x="${left - 8}" y="${y + 20}" text-anchor="end">${row.truth}</text>`);
        row.cells.forEach((value, i) => {
            const isRight = SAID[i] === row.truth || (row.truth === 'nobody' && SAID[i] === 'nothing');
            parts.push(cell(left + i * size.width, y, size, value, total, isRight));
        });
    });
    return parts.join('\n');
}

function calibrationPicture(judgements, left, top, side) {
    const at = (x, y) => `${(left + x * side).toFixed(1)},${(top + (1 - y) * side).toFixed(1)}`;
    const parts = [
        `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#999"/>`,
        `<polyline points="${at(0, 0)} ${at(1, 1)}" fill="none" stroke="#999" stroke-dasharray="4 3"/>`,
        `<text x="${left + side / 2}" y="${top + side + 20}" text-anchor="middle">how sure it was</text>`,
        `<text x="${left - 8}" y="${top + 10}" text-anchor="end">all right</text>`,
        `<text x="${left - 8}" y="${top + side}" text-anchor="end">none</text>`,
    ];
    for (const bin of calibration(judgements)) {
        const [x, y] = at(bin.mean, bin.right / bin.count).split(',');
        parts.push(`<circle cx="${x}" cy="${y}" r="${(3 + 2 * Math.log2(1 + bin.count)).toFixed(1)}" fill="#2060a0" fill-opacity="0.6">` +
            `<title>${bin.right} of ${bin.count} right at ${bin.mean.toFixed(2)}</title></circle>`);
    }
    return parts.join('\n');
}

function picture(all) {
    const judgements = withoutProbe(all);
    const rows = matrix(judgements).length;
    const bottom = 90 + rows * 32;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="${bottom + 290}" font-family="sans-serif" font-size="12" role="img">
<title>Fault suite: what was asserted of what was done</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="20" y="26" font-size="15">What was asserted (columns) of what was done (rows)</text>
<text x="20" y="46" fill="#555">${escape(`${judgements.length} trials; Brier score ${(brier(judgements) ?? NaN).toFixed(3)}`)}</text>
${matrixPicture(judgements, 110, 80)}
<text x="20" y="${bottom + 20}" font-size="15">How sure, and how often right then</text>
${calibrationPicture(judgements, 110, bottom + 36, 220)}
</svg>
`;
}

// --- main ------------------------------------------------------------------------------------------

function main() {
    const judgements = require('fs').readFileSync(0, 'utf8').split('\n').filter(text => text !== '').map(text => judge(JSON.parse(text)));
    const outputs = {
        '--line': () => judgements.map(line).join('\n') + '\n',
        '--outcome': () => judgements.map(judgement => judgement.outcome).join('\n') + '\n',
        '--facts': () => judgements.map(facts).join('\n') + '\n',
        '--table': () => table(judgements),
        '--picture': () => picture(judgements),
    };
    const output = outputs[process.argv[2]];
    if (output === undefined) {
        console.error(`score.js: ${Object.keys(outputs).join(' ')}`);
        process.exit(64);
    }
    process.stdout.write(output());
}

module.exports = { CAUSES, ASSERTED, SUMMARY_HEADS, truths, familiesOf, judge, summary, columns, matrixText };
if (require.main === module)
    main();
