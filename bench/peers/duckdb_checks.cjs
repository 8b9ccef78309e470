// The strongest peer that an auditor at home in data would take: the 16 checks in DuckDB SQL.
//
//   node duckdb_checks.cjs DIR THREADS
//
// DIR holds ledger.csv, accounts.csv and tb.csv of gen_ledger. Prints one JSON object: engine,
// threads, ms (by step) and counts (by check, the names of truth.tsv). Amounts become integer
// fen at loading; checks that share a grouping share its table, as a careful author would do.
'use strict';
const { DuckDBInstance } = require('@duckdb/node-api');

const tables = (dir) => [
  `CREATE TABLE l AS
     SELECT entry_id, date, (substr(period, 1, 4) || substr(period, 6, 2))::INT AS p, voucher_no,
            account_code, (debit * 100)::BIGINT AS d, (credit * 100)::BIGINT AS c,
            (greatest(debit, credit) * 100)::BIGINT AS amt,
            summary IS NULL OR reviewer IS NULL OR attachments IS NULL OR document_no IS NULL
              AS miss,
            preparer = reviewer AS self, counterparty
     FROM read_csv('${dir}/ledger.csv', header = true, auto_detect = false, delim = ',',
       quote = '"', columns = {
         'entry_id': 'BIGINT', 'line_no': 'UTINYINT', 'date': 'DATE', 'period': 'VARCHAR',
         'voucher_no': 'INTEGER', 'account_code': 'INTEGER', 'account_name': 'VARCHAR',
         'summary': 'VARCHAR', 'debit': 'DECIMAL(18,2)', 'credit': 'DECIMAL(18,2)',
         'preparer': 'VARCHAR', 'reviewer': 'VARCHAR', 'attachments': 'INTEGER',
         'counterparty': 'VARCHAR', 'document_no': 'VARCHAR'})`,
  `CREATE TABLE a AS
     SELECT account_code, side, (opening * 100)::BIGINT AS opening
     FROM read_csv('${dir}/accounts.csv', header = true, columns = {
       'account_code': 'INTEGER', 'account_name': 'VARCHAR', 'side': 'VARCHAR',
       'opening': 'DECIMAL(18,2)'})`,
  `CREATE TABLE tb AS
     SELECT replace(period, '-', '')::INT AS p, account_code,
            (opening * 100)::BIGINT AS opening, (debit * 100)::BIGINT AS d,
            (credit * 100)::BIGINT AS c, (closing * 100)::BIGINT AS closing
     FROM read_csv('${dir}/tb.csv', header = true, columns = {
       'period': 'VARCHAR', 'account_code': 'INTEGER', 'opening': 'DECIMAL(18,2)',
       'debit': 'DECIMAL(18,2)', 'credit': 'DECIMAL(18,2)', 'closing': 'DECIMAL(18,2)'})`,
];

// Each step makes the tables it needs and then answers `names` with one row.
const steps = [
  {
    make: `CREATE TEMP TABLE v AS
      SELECT entry_id, any_value(p) AS p, any_value(voucher_no) AS vno, sum(d)::BIGINT AS d,
             sum(c)::BIGINT AS c, bool_or(self) AS self
      FROM l GROUP BY entry_id`,
    names: ['c01_unbalanced', 'c06_self_review', 'vouchers'],
    ask: `SELECT count(*) FILTER (d <> c), count(*) FILTER (self), count(*) FROM v`,
  },
  {
    make: `CREATE TEMP TABLE vn AS SELECT p, vno, count(*) AS n FROM v GROUP BY ALL`,
    names: ['c03_dup_numbers'],
    ask: `SELECT count(*) FROM vn WHERE n > 1`,
  },
  {
    names: ['c02_gap_numbers'],
    ask: `SELECT sum(vno - prev - 1)
      FROM (SELECT vno, lag(vno, 1, 0) OVER (PARTITION BY p ORDER BY vno) AS prev FROM vn)
      WHERE vno > prev + 1`,
  },
  {
    names: ['lines', 'c04_missing_fields', 'c07_weekend', 'c08_period_mismatch', 'c12_round'],
    ask: `SELECT count(*), count(*) FILTER (miss), count(*) FILTER (dayofweek(date) IN (0, 6)),
                 count(*) FILTER (year(date) * 100 + month(date) <> p),
                 count(*) FILTER (amt % 1000000 = 0)
          FROM l`,
  },
  {
    names: ['c05_unknown_account'],
    ask: `SELECT count(*) FROM l ANTI JOIN a USING (account_code)`,
  },
  {
    names: ['c09_duplicates'],
    ask: `SELECT count(*)
      FROM (SELECT account_code, date, counterparty, d, c FROM l
            WHERE counterparty IS NOT NULL
            GROUP BY ALL HAVING min(entry_id) <> max(entry_id))`,
  },
  {
    names: ['c10_benford_accounts'],
    ask: `WITH f AS (SELECT account_code, left(amt::VARCHAR, 2)::INT AS dg, count(*) AS o
                     FROM l WHERE amt >= 10 GROUP BY ALL),
               g AS (SELECT account_code, o, sum(o) OVER (PARTITION BY account_code) AS n,
                            log10(1 + 1.0 / dg) AS pr FROM f),
               s AS (SELECT account_code, max(n) AS n,
                            (sum(abs(o / n - pr)) + 1 - sum(pr)) / 90 AS mad,
                            max(n) * (sum((o / n - pr) ** 2 / pr) + 1 - sum(pr)) AS chi2
                     FROM g GROUP BY 1)
          SELECT count(*) FROM s WHERE n >= 1000 AND mad > 0.0022 AND chi2 > 112.02`,
  },
  {
    names: ['c11_rare_pairs'],
    ask: `WITH x AS (SELECT DISTINCT entry_id, account_code AS a FROM l WHERE d > 0),
               y AS (SELECT DISTINCT entry_id, account_code AS b FROM l WHERE c > 0)
          SELECT count(*)
          FROM (SELECT a, b FROM x JOIN y USING (entry_id) GROUP BY 1, 2 HAVING count(*) <= 3)`,
  },
  {
    names: ['c13_outliers'],
    ask: `WITH m AS (SELECT account_code, quantile_disc(amt, 0.5) AS med FROM l GROUP BY 1),
               s AS (SELECT account_code, med, quantile_disc(abs(amt - med), 0.5) AS mad
                     FROM l JOIN m USING (account_code) GROUP BY 1, 2)
          SELECT count(*) FROM l JOIN s USING (account_code)
          WHERE mad > 0 AND abs(amt - med) > 50 * mad`,
  },
  {
    names: ['c14_negative_cash_days'],
    ask: `SELECT count(*)
      FROM (SELECT opening + sum(net) OVER (PARTITION BY account_code ORDER BY date) AS bal
            FROM (SELECT account_code, date, sum(d - c) AS net FROM l
                  WHERE account_code = 1001 OR account_code BETWEEN 100201 AND 100299
                  GROUP BY ALL) JOIN a USING (account_code))
      WHERE bal < 0`,
  },
  {
    make: `CREATE TEMP TABLE mv AS
      SELECT account_code, p, sum(d)::BIGINT AS d, sum(c)::BIGINT AS c FROM l GROUP BY ALL`,
    names: ['c15_abnormal_side'],
    ask: `SELECT count(*)
      FROM (SELECT opening + sum(CASE side WHEN 'D' THEN coalesce(d, 0) - coalesce(c, 0)
                                           ELSE coalesce(c, 0) - coalesce(d, 0) END)
                             OVER (PARTITION BY account_code ORDER BY p) AS bal
            FROM a CROSS JOIN (SELECT DISTINCT p FROM tb) LEFT JOIN mv USING (account_code, p))
      WHERE bal < 0`,
  },
  {
    names: ['c16_rollforward_breaks'],
    ask: `SELECT count(*)
      FROM (SELECT opening, lag(closing) OVER (PARTITION BY account_code ORDER BY p) AS prev
            FROM tb)
      WHERE prev <> opening`,
  },
  {
    names: ['c16b_tb_vs_ledger'],
    ask: `SELECT count(*) FROM tb LEFT JOIN mv USING (account_code, p)
      WHERE tb.d <> coalesce(mv.d, 0) OR tb.c <> coalesce(mv.c, 0)`,
  },
];

async function main(dir, threads) {
  const begin = performance.now();
  const ms = {}, counts = {};
  const db = await DuckDBInstance.create(':memory:', {
    threads,
    preserve_insertion_order: 'false',
  });
  const connection = await db.connect();
  const row = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson()[0];

  for (const sql of tables(dir)) await connection.run(sql);
  ms.load = performance.now() - begin;
  for (const { make, names, ask } of steps) {
    const start = performance.now();
    if (make) await connection.run(make);
    const answer = await row(ask);
    names.forEach((name, i) => { counts[name] = Number(answer[i]); });
    ms[names.join('+')] = performance.now() - start;
  }
  const engine = `duckdb ${(await row('SELECT version()'))[0]}`;
  console.log(JSON.stringify({ engine, threads, ms, counts }));
}

if (process.argv.length !== 4) {
  console.error('usage: node duckdb_checks.cjs DIR THREADS');
  process.exit(2);
}
main(process.argv[2], process.argv[3]).catch((error) => {
  console.error(`duckdb_checks: ${error.message}`);
  process.exit(2);
});
