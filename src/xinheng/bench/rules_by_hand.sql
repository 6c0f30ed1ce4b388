-- The shipped rules as a person would write them for DuckDB: the other side of `xinheng bench rules`.
-- Reads the table or view `book`, one row a customer; the columns carry the names of our results.

CREATE OR REPLACE TEMP MACRO ratio(top, below) AS top::DOUBLE / nullif(below, 0);
CREATE OR REPLACE TEMP MACRO mean(now, prior) AS CASE WHEN prior IS NULL THEN now::DOUBLE ELSE (now + prior)::DOUBLE / 2 END;
CREATE OR REPLACE TEMP MACRO count_known(a, b, c := NULL, d := NULL, e := NULL) AS (a IS NOT NULL)::INT
  + (b IS NOT NULL)::INT + (c IS NOT NULL)::INT + (d IS NOT NULL)::INT + (e IS NOT NULL)::INT;
-- How a figure was come by: 0 known, 1 unknown, 2 nothing to divide by, from 3 on the cases in their order.
CREATE OR REPLACE TEMP MACRO how(figure) AS CASE WHEN figure IS NULL THEN 1 ELSE 0 END;
CREATE OR REPLACE TEMP MACRO how_of(figure, below) AS CASE WHEN below = 0 THEN 2 WHEN figure IS NULL THEN 1 ELSE 0 END;
-- Points on straight lines between anchors, flat outside.
CREATE OR REPLACE TEMP MACRO line(x, x1, y1, x2, y2, x3, y3, x4, y4, x5, y5) AS CASE
  WHEN x <= x1 THEN y1
  WHEN x <= x2 THEN y1 + (x::DOUBLE - x1) * (y2 - y1) / (x2 - x1)
  WHEN x <= x3 THEN y2 + (x::DOUBLE - x2) * (y3 - y2) / (x3 - x2)
  WHEN x <= x4 THEN y3 + (x::DOUBLE - x3) * (y4 - y3) / (x4 - x3)
  WHEN x <= x5 THEN y4 + (x::DOUBLE - x4) * (y5 - y4) / (x5 - x4)
  WHEN x > x5 THEN y5 END;
-- The efficacy coefficient of a figure between five standards, the best first; for lower-is-better negate all.
CREATE OR REPLACE TEMP MACRO efficacy_of(x, best, good, fair, low, poor, top) AS CASE
  WHEN x >= best THEN top
  WHEN x >= good THEN 0.8 + (x - good) / (best - good) * 0.2
  WHEN x >= fair THEN 0.6 + (x - fair) / (good - fair) * 0.2
  WHEN x >= low THEN 0.4 + (x - low) / (fair - low) * 0.2
  WHEN x >= poor THEN 0.2 + (x - poor) / (low - poor) * 0.2
  WHEN x < poor THEN 0 END;
CREATE OR REPLACE TEMP MACRO rated(x) AS coalesce(CASE WHEN x <= 0 THEN 0 WHEN x <= 10 THEN x * 10 WHEN x > 10 THEN 100 END, 0)::DOUBLE;
CREATE OR REPLACE TEMP MACRO judged(x) AS (CASE WHEN x <= 0 THEN 0 WHEN x <= 100 THEN x WHEN x > 100 THEN 100 END)::DOUBLE;
CREATE OR REPLACE TEMP MACRO unrated(rating, weight) AS CASE WHEN coalesce(rating, 0) = 0 THEN weight ELSE 0 END;
CREATE OR REPLACE TEMP MACRO known(points, weight) AS CASE WHEN points IS NULL THEN 0 ELSE weight END;
CREATE OR REPLACE TEMP MACRO tail(z) AS exp(-z * z / 2) * 0.3989422804014327 / (1 + 0.2316419 * abs(z)) * (0.319381530
  + (-0.356563782 + (1.781477937 + (-1.821255978 + 1.330274429 / (1 + 0.2316419 * abs(z))) / (1 + 0.2316419 * abs(z)))
    / (1 + 0.2316419 * abs(z))) / (1 + 0.2316419 * abs(z)));
CREATE OR REPLACE TEMP MACRO logistic(z) AS CASE WHEN z IS NOT NULL THEN 1 / (1 + exp(-greatest(least(z, 700), -700))) END;

-- statement
WITH derived AS (
  SELECT *, ca - cl AS wc,
    CASE WHEN tl IS NOT NULL
      THEN coalesce(stl, 0) + coalesce(ncl1, 0) + coalesce(ltl, 0) + coalesce(bond, 0) + coalesce(lease, 0) END AS ibd,
    coalesce(ie, CASE WHEN fin > 0 THEN fin WHEN fin <= 0 THEN 0 END)::DECIMAL(18,2) AS interest,
    ar + coalesce(ar_allow, 0) AS gross_ar, ar_prior + coalesce(ar_allow_prior, 0) AS gross_ar_prior,
    -- A blank line counts as nil only where the subtotal that it belongs to is told.
    coalesce(nca, ta) IS NULL AND count_known("int", dev, c := gw) < 3 AS no_assets, eq IS NULL AND sr IS NULL AS no_equity,
    ca IS NULL AND count_known(tfa, nr, c := ar, d := arf, e := orec) < 5 AS no_current, ca IS NULL AND tfa IS NULL AS no_liquid,
    opp IS NULL AND count_known(taxs, sell, c := adm, d := rd, e := fin) < 5 AS no_costs,
    opp IS NULL AND count_known(sell, adm, c := rd, d := fin) < 4 AS no_expenses,
    cl IS NULL AND count_known(stl, ncl1) < 2 AS no_short, cl IS NULL AND count_known(ap, npay) < 2 AS no_payables,
    CASE WHEN NOT no_assets THEN eq - coalesce("int", 0) - coalesce(dev, 0) - coalesce(gw, 0) END AS tangible_net_worth,
    CASE WHEN NOT no_equity THEN re + coalesce(sr, 0) END AS retained,
    CASE WHEN NOT no_payables THEN coalesce(ap, 0) + coalesce(npay, 0) END AS payables,
    CASE WHEN cl_prior IS NOT NULL OR count_known(ap_prior, npay_prior) = 2
      THEN coalesce(ap_prior, 0) + coalesce(npay_prior, 0) END AS payables_prior,
    coalesce(stl, 0) + coalesce(ncl1, 0) AS short_debt, cash + coalesce(tfa, 0) AS liquid,
    mean(eq, eq_prior) AS eq_mean, mean(ta, ta_prior) AS ta_mean, mean(inv, inv_prior) AS inv_mean,
    coalesce(sell, 0) + coalesce(adm, 0) + coalesce(rd, 0) + coalesce(fin, 0) AS expenses,
    mean(payables, payables_prior) AS payable_mean, coalesce(industry_section, 'C') NOT IN ('J', 'K') AS is_company,
    coalesce(audit_opinion, 'unaudited') NOT IN ('adverse', 'disclaimer') AS is_believed
  FROM book),
earned AS (
  SELECT *, tp + interest AS ebit, tp + interest + dep + amo AS ebitda, mean(gross_ar, gross_ar_prior) AS gross_ar_mean
  FROM derived),
ratios AS (
  SELECT *,
    how(wc) AS wc__s, CASE WHEN tl IS NULL THEN 3 ELSE how(ibd) END AS ibd__s,
    CASE WHEN ie IS NULL AND fin > 0 THEN 3 WHEN ie IS NULL AND fin <= 0 THEN 4 ELSE how(interest) END AS interest__s,
    how(ebit) AS ebit__s, how(ebitda) AS ebitda__s, how(gross_ar) AS gross_ar__s,
    CASE WHEN no_assets THEN 3 ELSE how(tangible_net_worth) END AS tangible_net_worth__s,
    CASE WHEN no_equity THEN 3 ELSE how(retained) END AS retained__s,
    CASE WHEN no_payables THEN 3 ELSE how(payables) END AS payables__s,
    CASE WHEN opp_prior < 0 THEN NULL ELSE ratio(opp - opp_prior, opp_prior) END AS opp_growth,
    CASE WHEN opp_prior < 0 THEN 3 ELSE how_of(opp_growth, opp_prior) END AS opp_growth__s,
    ratio(rd, rev) AS rd_intensity, how_of(rd_intensity, rev) AS rd_intensity__s,
    CASE WHEN eq_prior <= 0 OR eq <= 0 THEN NULL ELSE ratio(eq - eq_prior, eq_prior) END AS equity_growth,
    CASE WHEN eq_prior <= 0 OR eq <= 0 THEN 3 ELSE how(equity_growth) END AS equity_growth__s,
    ratio(ca, cl) AS l1, CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l1, cl) END AS l1__s,
    ratio(ca - inv, cl) AS l2, CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l2, cl) END AS l2__s,
    CASE WHEN NOT no_current
      THEN ratio(liquid + coalesce(nr, 0) + coalesce(ar, 0) + coalesce(arf, 0) + coalesce(orec, 0), cl) END AS l3,
    CASE WHEN no_current THEN 3 WHEN cl = 0 AND ca > 0 THEN 4 ELSE how_of(l3, cl) END AS l3__s,
    CASE WHEN NOT no_liquid THEN ratio(liquid, cl) END AS l4,
    CASE WHEN no_liquid THEN 3 WHEN cl = 0 AND ca > 0 THEN 4 ELSE how_of(l4, cl) END AS l4__s,
    ratio(cfo, cl) AS l5, CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l5, cl) END AS l5__s,
    wc AS l6, how(wc) AS l6__s, ratio(wc, ta) AS l7, how_of(l7, ta) AS l7__s,
    ratio(tl, ta) AS d1, how_of(d1, ta) AS d1__s,
    CASE WHEN eq <= 0 THEN NULL ELSE ratio(tl, eq) END AS d2, CASE WHEN eq <= 0 THEN 3 ELSE how(d2) END AS d2__s,
    CASE WHEN eq <= 0 THEN NULL ELSE ratio(ta, eq) END AS d3, CASE WHEN eq <= 0 THEN 3 ELSE how(d3) END AS d3__s,
    CASE WHEN tangible_net_worth <= 0 THEN NULL ELSE ratio(tl, tangible_net_worth) END AS d4,
    CASE WHEN tangible_net_worth <= 0 THEN 3 ELSE how(d4) END AS d4__s,
    ratio(ibd, tl) AS d5, CASE WHEN tl = 0 THEN 3 ELSE how(d5) END AS d5__s,
    CASE WHEN eq <= 0 THEN NULL ELSE ratio(ibd, ibd + eq) END AS d6,
    CASE WHEN eq <= 0 THEN 3 ELSE how_of(d6, ibd + eq) END AS d6__s,
    ratio(short_debt, ibd) AS d7, CASE WHEN ibd = 0 THEN 3 ELSE how(d7) END AS d7__s,
    ratio(ebit, interest) AS d8,
    CASE WHEN interest = 0 AND ebit > 0 THEN 3 WHEN interest = 0 THEN 4 ELSE how(d8) END AS d8__s,
    ratio(ebitda, interest) AS d9,
    CASE WHEN interest = 0 AND ebitda > 0 THEN 3 WHEN interest = 0 THEN 4 ELSE how(d9) END AS d9__s,
    CASE WHEN ebitda <= 0 THEN NULL ELSE ratio(ibd, ebitda) END AS d10,
    CASE WHEN ebitda <= 0 THEN 3 ELSE how(d10) END AS d10__s,
    CASE WHEN no_liquid OR ebitda <= 0 THEN NULL ELSE ratio(ibd - liquid, ebitda) END AS d11,
    CASE WHEN no_liquid THEN 3 WHEN ebitda <= 0 THEN 4 WHEN ibd - liquid < 0 AND ebitda > 0 THEN 5 ELSE how(d11) END
      AS d11__s,
    ratio(cfo, tl) AS d12, CASE WHEN tl = 0 THEN 3 ELSE how(d12) END AS d12__s,
    CASE WHEN wc <= 0 THEN NULL ELSE ratio(ncl, wc) END AS d13, CASE WHEN wc <= 0 THEN 3 ELSE how(d13) END AS d13__s,
    CASE WHEN eq <= 0 OR eq_mean <= 0 THEN NULL ELSE ratio(np, eq_mean) END AS p1,
    CASE WHEN eq <= 0 THEN 3 WHEN eq_mean <= 0 THEN 4 ELSE how(p1) END AS p1__s,
    ratio(ebit, ta_mean) AS p2, how_of(p2, ta_mean) AS p2__s, ratio(np, ta_mean) AS p3, how_of(p3, ta_mean) AS p3__s,
    ratio(rev - cogs, rev) AS p4, how_of(p4, rev) AS p4__s, ratio(opp, rev) AS p5, how_of(p5, rev) AS p5__s,
    ratio(np, rev) AS p6, how_of(p6, rev) AS p6__s,
    CASE WHEN NOT no_costs THEN ratio(tp, cogs + coalesce(taxs, 0) + expenses) END AS p7,
    CASE WHEN no_costs THEN 3 ELSE how_of(p7, cogs + coalesce(taxs, 0) + expenses) END AS p7__s,
    mean(cap + coalesce(apic, 0), cap_prior + coalesce(apic_prior, 0)) AS cap_mean,
    ratio(np, cap_mean) AS p8, how_of(p8, cap_mean) AS p8__s,
    ratio(ebitda, rev) AS p9, how_of(p9, rev) AS p9__s,
    CASE WHEN NOT no_expenses THEN ratio(expenses, rev) END AS p10,
    CASE WHEN no_expenses THEN 3 ELSE how_of(p10, rev) END AS p10__s,
    ratio(rev, gross_ar_mean) AS e1, how_of(e1, gross_ar_mean) AS e1__s,
    ratio(365 * gross_ar_mean, rev) AS e2, how_of(e2, rev) AS e2__s,
    ratio(cogs, inv_mean) AS e3, how_of(e3, inv_mean) AS e3__s,
    ratio(365 * inv_mean, cogs) AS e3_days, how_of(e3_days, cogs) AS e3_days__s,
    ratio(365 * payable_mean, cogs) AS e4, how_of(e4, cogs) AS e4__s,
    e2 + e3_days - e4 AS e5, how(e5) AS e5__s,
    ratio(rev, mean(ca, ca_prior)) AS e6, how_of(e6, mean(ca, ca_prior)) AS e6__s,
    ratio(rev, ta_mean) AS e7, how_of(e7, ta_mean) AS e7__s, ratio(ar + inv, ca) AS e8, how_of(e8, ca) AS e8__s,
    ratio(rev - rev_prior, rev_prior) AS g1, how_of(g1, rev_prior) AS g1__s,
    CASE WHEN np_prior > 0 OR np IS NULL THEN ratio(np - np_prior, abs(np_prior)) END AS g2,
    CASE WHEN np_prior <= 0 AND np > 0 THEN 3 WHEN np_prior <= 0 AND np >= np_prior THEN 4
      WHEN np_prior <= 0 AND np < np_prior THEN 5 ELSE how_of(g2, np_prior) END AS g2__s,
    ratio(ta - ta_prior, ta_prior) AS g3, how_of(g3, ta_prior) AS g3__s,
    CASE WHEN eq_prior <= 0 OR eq <= 0 THEN NULL ELSE ratio(eq, eq_prior) END AS g4,
    CASE WHEN eq_prior <= 0 OR eq <= 0 THEN 3 ELSE how(g4) END AS g4__s,
    ratio(gross_ar - gross_ar_prior, gross_ar_prior) - g1 AS growth_gap, how(growth_gap) AS growth_gap__s,
    CASE WHEN np <= 0 THEN NULL ELSE ratio(cfo, np) END AS c1,
    CASE WHEN np <= 0 AND cfo <= 0 THEN 3 WHEN np <= 0 THEN 4 ELSE how(c1) END AS c1__s,
    ratio(c01, rev) AS c2, how_of(c2, rev) AS c2__s, ratio(cfo, ta_mean) AS c3, how_of(c3, ta_mean) AS c3__s,
    cfo - capex AS c4, how(c4) AS c4__s,
    CASE WHEN NOT no_short THEN ratio(cfo, short_debt) END AS c5,
    CASE WHEN no_short THEN 3 WHEN short_debt = 0 THEN 4 ELSE how(c5) END AS c5__s,
    ratio(cfo, capex) AS c6, how_of(c6, capex) AS c6__s,
    ratio(retained, ta) AS retained_share, ratio(ebit, ta) AS ebit_share, ratio(rev, ta) AS turnover,
    ratio(np, ta) AS np_share,
    CASE WHEN tl = 0 THEN 10 WHEN eq IS NOT NULL AND tl IS NOT NULL THEN least(ratio(eq, tl), 10) END AS cover
  FROM earned),
models AS (
  SELECT *,
    CASE WHEN is_company THEN 1.2 * l7 + 1.4 * retained_share + 3.3 * ebit_share + 0.999 * turnover + 0.6
      * CASE WHEN tl = 0 THEN 10 WHEN tl IS NOT NULL AND market_value IS NOT NULL
          THEN least(ratio(market_value, tl), 10) END
      END AS altman_z,
    CASE WHEN is_company THEN 0.717 * l7 + 0.847 * retained_share + 3.107 * ebit_share + 0.420 * cover
      + 0.998 * turnover END AS altman_z1,
    CASE WHEN is_company THEN 6.56 * l7 + 3.26 * retained_share + 6.72 * ebit_share + 1.05 * cover END AS altman_z2,
    3.25 + altman_z2 AS altman_em,
    1.03 * l7 + 3.07 * ebit_share + 0.66 * ratio(tp, cl) + 0.4 * turnover AS springate,
    ratio(tp + dep + amo + interest, cl) + CASE WHEN wc <= 0 THEN 0 ELSE ratio(tp, wc) END + ratio(eq, cl)
      + ratio(tangible_net_worth, tl) + l7 AS bathory,
    -4.336 - 4.513 * np_share + 5.679 * d1 + 0.004 * ratio(ca, cl) AS zmijewski,
    CASE WHEN zmijewski IS NOT NULL THEN greatest(least(zmijewski, 37), -37) END AS z,
    -1.32 - 0.407 * ohlson_size + 6.03 * d1 - 1.43 * l7 + 0.0757 * ratio(cl, ca)
      - 1.72 * CASE WHEN tl > ta THEN 1 WHEN tl <= ta THEN 0 END - 2.37 * np_share
      - 1.83 * ratio(np + dep + amo, tl)
      + 0.285 * CASE WHEN np < 0 AND np_prior < 0 THEN 1 WHEN np >= 0 OR np_prior >= 0 THEN 0 END
      - 0.521 * ratio(np - np_prior, abs(np) + abs(np_prior)) AS ohlson,
    -2.0434 - 5.24 * ratio(liquid, ta) + 0.0053 * ratio(rev, liquid) - 6.6507 * ebit_share + 4.4009 * d1
      - 0.0791 * ratio(ppe, eq) - 0.1020 * ratio(wc, rev) AS chesser,
    20 * CASE WHEN p1__s IN (3, 4) THEN 0 ELSE efficacy_of(p1 * 100, 14, 10.5, 7, 2.5, -3, 1) END
      + 14 * efficacy_of(p2 * 100, 10, 7.5, 5, 2, -2, 1) AS earning,
    10 * efficacy_of(e7, 1.5, 1.1, 0.8, 0.5, 0.3, 1) + 12 * efficacy_of(e1, 14, 10, 7, 4, 2, 1) AS quality,
    12 * efficacy_of(d1 * -100, -45, -52, -60, -70, -85, 1)
      + 10 * CASE d8__s WHEN 4 THEN 0 WHEN 3 THEN 1 ELSE efficacy_of(d8, 7, 5, 3, 1, -1, 1) END AS safety,
    12 * efficacy_of(g1 * 100, 22, 15, 8, -2, -12, 1)
      + 10 * CASE WHEN g4__s = 3 THEN 0 ELSE efficacy_of(g4 * 100, 112, 108, 105, 101, 94, 1) END AS growing,
    CASE WHEN is_believed THEN earning + quality + safety + growing END AS efficacy_basic,
    earning / 34 * (
      10 * coalesce(1 - earning / 34 + efficacy_of(p5 * 100, 15, 10, 5, 1, -5, 1.2), 1)
      + 9 * coalesce(CASE WHEN cfo > 0 AND np < 0 THEN 1.1 WHEN cfo < 0 AND np > 0 THEN 0.9
          WHEN cfo < 0 AND np < 0 THEN 0.8 ELSE 1 - earning / 34
            + CASE WHEN c1__s = 3 THEN 0 ELSE efficacy_of(c1, 3, 1.8, 1, 0.4, -0.5, 1.2) END END, 1)
      + 8 * coalesce(1 - earning / 34 + efficacy_of(p7 * 100, 14, 9, 5, 1, -4, 1.2), 1)
      + 7 * coalesce(1 - earning / 34 + efficacy_of(p8 * 100, 20, 14, 8, 3, -3, 1.2), 1)) AS earning_corrected,
    quality / 22 * (
      9 * coalesce(CASE WHEN bad_asset_share >= 1 OR bad_asset_share < 0 THEN 0.8
          ELSE 1 - quality / 22 + efficacy_of(bad_asset_share * -100, -0.2, -0.8, -2.5, -6, -12, 1.2) END, 1)
      + 7 * coalesce(1 - quality / 22 + efficacy_of(e6, 2.5, 1.8, 1.3, 0.8, 0.4, 1.2), 1)
      + 6 * coalesce(1 - quality / 22 + efficacy_of(c3 * 100, 14, 10, 5, 0.5, -3, 1.2), 1)) AS quality_corrected,
    safety / 22 * (
      6 * coalesce(1 - safety / 22
        + CASE WHEN l2__s = 3 THEN 1.2 ELSE efficacy_of(l2, 1.4, 1.1, 0.8, 0.55, 0.3, 1.2) END, 1)
      + 6 * coalesce(1 - safety / 22
        + CASE WHEN l5__s = 3 THEN 1.2 ELSE efficacy_of(l5 * 100, 25, 18, 10, 2, -6, 1.2) END, 1)
      + 5 * coalesce(1 - safety / 22
        + CASE WHEN d5__s = 3 THEN 1.2 ELSE efficacy_of(d5 * -100, -25, -35, -45, -60, -75, 1.2) END, 1)
      + 5 * coalesce(1 - safety / 22 + efficacy_of(contingent_share * -100, -0.3, -1.5, -5, -10, -16, 1.2), 1))
      AS safety_corrected,
    growing / 22 * (
      10 * coalesce(CASE WHEN opp_prior < 0 AND opp > 0 THEN 1.1
          WHEN (opp_prior = 0 AND opp > 0) OR (opp_prior < 0 AND opp = 0) THEN 1
          ELSE 1 - growing / 22 + efficacy_of(opp_growth * 100, 22, 15, 8, -4, -14, 1.2) END, 1)
      + 7 * coalesce(1 - growing / 22 + efficacy_of(g3 * 100, 20, 14, 8, -2, -10, 1.2), 1)
      + 5 * coalesce(1 - growing / 22 + efficacy_of(rd_intensity * 100, 4, 2.5, 1.5, 0.6, 0, 1.2), 1))
      AS growing_corrected,
    CASE WHEN is_believed THEN earning_corrected + quality_corrected + safety_corrected + growing_corrected END
      AS efficacy,
    CASE WHEN eq <= 0 OR wc + eq <= 0 THEN NULL ELSE ((wc + eq)::DOUBLE / 2)::DECIMAL(18,2) END AS working_assets,
    CASE WHEN eq <= 0 OR wc + eq <= 0 THEN 3 ELSE how(working_assets) END AS working_assets__s,
    CASE WHEN eq <= 0 THEN NULL WHEN cl = 0 THEN 10 - ratio(tl, eq)
      ELSE ratio(ca, cl) + ratio(ca - inv, cl) - ratio(cl, eq) - ratio(tl, eq) END AS working_assets_value,
    CASE WHEN eq <= 0 THEN 3 WHEN cl = 0 THEN 4 ELSE how(working_assets_value) END AS working_assets_value__s,
    CASE WHEN working_assets_value <= -4.6 THEN 0 WHEN working_assets_value <= -3.9 THEN 0.025
      WHEN working_assets_value <= -3.2 THEN 0.05 WHEN working_assets_value <= -2.5 THEN 0.075
      WHEN working_assets_value <= -1.8 THEN 0.10 WHEN working_assets_value <= -1.1 THEN 0.125
      WHEN working_assets_value <= -0.4 THEN 0.15 WHEN working_assets_value <= 0.3 THEN 0.175
      WHEN working_assets_value < 1 THEN 0.20 WHEN working_assets_value >= 1 THEN 0.25 END::DOUBLE
      AS working_assets_share_share,
    CASE WHEN working_assets_value <= -1.8 THEN 'high' WHEN working_assets_value < 1 THEN 'limited'
      WHEN working_assets_value >= 1 THEN 'low' END AS working_assets_share_risk,
    CASE WHEN eq <= 0 OR wc + eq <= 0 THEN 0
      ELSE working_assets * working_assets_share_share END::DECIMAL(18,2) AS working_assets_limit,
    CASE WHEN eq <= 0 OR wc + eq <= 0 THEN 3 ELSE how(working_assets_limit) END AS working_assets_limit__s
  FROM ratios),
points AS (
  SELECT *,
    CASE WHEN altman_em >= 8.15 THEN 'AAA' WHEN altman_em >= 7.6 THEN 'AA+' WHEN altman_em >= 7.3 THEN 'AA'
      WHEN altman_em >= 7 THEN 'AA-' WHEN altman_em >= 6.85 THEN 'A+' WHEN altman_em >= 6.65 THEN 'A'
      WHEN altman_em >= 6.4 THEN 'A-' WHEN altman_em >= 6.25 THEN 'BBB+' WHEN altman_em >= 5.85 THEN 'BBB'
      WHEN altman_em >= 5.65 THEN 'BBB-' WHEN altman_em >= 5.25 THEN 'BB+' WHEN altman_em >= 4.95 THEN 'BB'
      WHEN altman_em >= 4.75 THEN 'BB-' WHEN altman_em >= 4.5 THEN 'B+' WHEN altman_em >= 4.15 THEN 'B'
      WHEN altman_em >= 3.75 THEN 'B-' WHEN altman_em >= 3.2 THEN 'CCC+' WHEN altman_em >= 2.5 THEN 'CCC'
      WHEN altman_em >= 1.75 THEN 'CCC-' WHEN altman_em < 1.75 THEN 'D' END AS altman_em_equivalent_rating,
    judged(management_strategy) AS efficacy_management__strategy,
    judged(management_innovation) AS efficacy_management__innovation,
    judged(management_decisions) AS efficacy_management__decisions, judged(management_risk) AS efficacy_management__risk,
    judged(management_basics) AS efficacy_management__basics, judged(management_people) AS efficacy_management__people,
    judged(management_industry) AS efficacy_management__industry,
    judged(management_social) AS efficacy_management__social,
    rated(five_c_character) AS five_c__character, rated(five_c_capacity) AS five_c__capacity,
    rated(five_c_capital) AS five_c__capital, rated(five_c_collateral) AS five_c__collateral,
    rated(five_c_conditions) AS five_c__conditions,
    CASE WHEN altman_z < 1.81 THEN 'distress' WHEN altman_z <= 2.99 THEN 'grey' WHEN altman_z > 2.99 THEN 'safe' END
      AS altman_z_zone,
    CASE WHEN altman_z1 < 1.23 THEN 'distress' WHEN altman_z1 <= 2.9 THEN 'grey' WHEN altman_z1 > 2.9 THEN 'safe' END
      AS altman_z1_zone,
    CASE WHEN altman_z2 < 1.1 THEN 'distress' WHEN altman_z2 <= 2.6 THEN 'grey' WHEN altman_z2 > 2.6 THEN 'safe' END
      AS altman_z2_zone,
    CASE WHEN altman_em < 4.35 THEN 'distress' WHEN altman_em <= 5.85 THEN 'grey' WHEN altman_em > 5.85 THEN 'safe' END
      AS altman_em_zone,
    CASE WHEN springate < 0.862 THEN 'distress' WHEN springate >= 0.862 THEN 'safe' END AS springate_zone,
    CASE WHEN zmijewski < 0 THEN 'safe' WHEN zmijewski >= 0 THEN 'distress' END AS zmijewski_zone,
    CASE WHEN ohlson <= 0 THEN 'safe' WHEN ohlson > 0 THEN 'distress' END AS ohlson_zone,
    CASE WHEN chesser <= 0 THEN 'safe' WHEN chesser > 0 THEN 'distress' END AS chesser_zone,
    CASE WHEN z >= 0 THEN 1 - tail(z) ELSE tail(z) END AS zmijewski_probability,
    logistic(ohlson) AS ohlson_probability, logistic(chesser) AS chesser_probability,
    rated(rating_appearance) AS characteristics__appearance, rated(rating_organisation) AS characteristics__organisation,
    rated(rating_product) AS characteristics__product, rated(rating_competitiveness) AS characteristics__competitiveness,
    rated(rating_operations) AS characteristics__operations, rated(rating_prospects) AS characteristics__prospects,
    rated(rating_margin) AS characteristics__margin, rated(rating_requirements) AS characteristics__requirements,
    rated(rating_appeal) AS characteristics__appeal,
    rated(rating_our_competitiveness) AS characteristics__our_competitiveness,
    rated(rating_security) AS characteristics__security, rated(rating_replaceability) AS characteristics__replaceability,
    rated(rating_payment) AS characteristics__payment, rated(rating_bank) AS characteristics__bank,
    rated(rating_profitability) AS characteristics__profitability, rated(rating_balance) AS characteristics__balance,
    rated(rating_solvency) AS characteristics__solvency, rated(rating_capital) AS characteristics__capital,
    CASE WHEN is_believed THEN line(d1, 0.35, 100, 0.50, 75, 0.65, 50, 0.75, 25, 0.90, 0) END
      AS score__debt_ratio,
    CASE WHEN is_believed THEN CASE WHEN l1__s = 3 THEN 100 ELSE line(l1, 0.6, 0, 0.9, 25, 1.2, 50, 1.6, 75, 2.2, 100) END END
      AS score__current_ratio,
    CASE WHEN is_believed THEN CASE WHEN l2__s = 3 THEN 100 ELSE line(l2, 0.3, 0, 0.5, 25, 0.8, 50, 1.1, 75, 1.5, 100) END END
      AS score__quick_ratio,
    CASE WHEN is_believed THEN CASE d8__s WHEN 3 THEN 100 WHEN 4 THEN 0 ELSE line(d8, 0, 0, 1.5, 25, 3, 50, 5, 75, 10, 100) END END
      AS score__interest_cover,
    CASE WHEN is_believed THEN CASE WHEN l5__s = 3 THEN 100 ELSE line(l5, -0.10, 0, 0.02, 25, 0.10, 50, 0.20, 75, 0.35, 100) END END
      AS score__cash_to_current,
    CASE WHEN is_believed THEN CASE WHEN c1__s = 3 THEN 0 ELSE line(c1, 0, 0, 0.4, 25, 0.8, 50, 1.2, 75, 2, 100) END END
      AS score__cash_backing,
    CASE WHEN is_believed THEN CASE WHEN p1__s IN (3, 4) THEN 0 ELSE line(p1, -0.05, 0, 0.02, 25, 0.06, 50, 0.12, 75, 0.18, 100) END END
      AS score__return_on_equity,
    CASE WHEN is_believed THEN line(p5, -0.05, 0, 0.01, 25, 0.04, 50, 0.08, 75, 0.15, 100) END
      AS score__operating_margin,
    CASE WHEN is_believed THEN line(e2, 30, 100, 60, 75, 90, 50, 120, 25, 180, 0) END
      AS score__receivable_days,
    CASE WHEN is_believed THEN line(e5, 20, 100, 60, 75, 100, 50, 150, 25, 240, 0) END
      AS score__cash_cycle,
    CASE WHEN is_believed THEN least(line(g1, -0.30, 0, -0.05, 25, 0.05, 50, 0.15, 75, 0.25, 100), CASE WHEN g1 > 0.6 THEN 75 END) END
      AS score__revenue_growth,
    line(payment_index, 30, 0, 50, 25, 70, 50, 80, 75, 90, 100) AS score__payment_index,
    line(overdue_share, 0, 100, 0.05, 75, 0.15, 50, 0.30, 25, 0.60, 0) AS score__overdue_share,
    line(overdue_max_days, 0, 100, 10, 75, 30, 50, 60, 25, 90, 0) AS score__overdue_days,
    line(years_in_business, 0, 0, 1, 25, 3, 50, 8, 75, 15, 100) AS score__years_in_business,
    CASE size_class WHEN 'large' THEN 100 WHEN 'medium' THEN 75 WHEN 'small' THEN 50 WHEN 'micro' THEN 25 END::DOUBLE
      AS score__size,
    line(registered_capital, 0, 0, 500000, 25, 5000000, 50, 20000000, 75, 100000000, 100) AS score__capital,
    CASE WHEN dishonest_debtor OR serious_violation OR in_insolvency THEN 0
      WHEN abnormal_operation OR enforcement_cases > 0 OR tax_grade = 'D' THEN 30
      WHEN NOT dishonest_debtor THEN 100 ELSE 50 END::DOUBLE AS score__public_record,
    line(customer_age_years, 0, 20, 1, 40, 3, 60, 5, 80, 10, 100) AS score__cooperation_years
  FROM models),
weighed AS (
  SELECT *,
    known(score__debt_ratio, 6.3) + known(score__current_ratio, 2.8) + known(score__quick_ratio, 2.8)
      + known(score__interest_cover, 4.2) + known(score__cash_to_current, 3.5) + known(score__cash_backing, 2.8)
      + known(score__return_on_equity, 3.5) + known(score__operating_margin, 3.5) + known(score__receivable_days, 2.1)
      + known(score__cash_cycle, 1.4) + known(score__revenue_growth, 2.1) + known(score__payment_index, 18)
      + known(score__overdue_share, 6) + known(score__overdue_days, 6) + known(score__years_in_business, 6)
      + known(score__size, 4.5) + known(score__capital, 4.5) + 10 + known(score__cooperation_years, 10) AS weight,
    6.3 * coalesce(score__debt_ratio, 0) + 2.8 * coalesce(score__current_ratio, 0)
      + 2.8 * coalesce(score__quick_ratio, 0) + 4.2 * coalesce(score__interest_cover, 0)
      + 3.5 * coalesce(score__cash_to_current, 0) + 2.8 * coalesce(score__cash_backing, 0)
      + 3.5 * coalesce(score__return_on_equity, 0) + 3.5 * coalesce(score__operating_margin, 0)
      + 2.1 * coalesce(score__receivable_days, 0) + 1.4 * coalesce(score__cash_cycle, 0)
      + 2.1 * coalesce(score__revenue_growth, 0) + 18 * coalesce(score__payment_index, 0)
      + 6 * coalesce(score__overdue_share, 0) + 6 * coalesce(score__overdue_days, 0)
      + 6 * coalesce(score__years_in_business, 0) + 4.5 * coalesce(score__size, 0) + 4.5 * coalesce(score__capital, 0)
      + 10 * score__public_record + 10 * coalesce(score__cooperation_years, 0) AS gained,
    (unrated(rating_appearance, 3) + unrated(rating_organisation, 6) + unrated(rating_product, 6)
      + unrated(rating_competitiveness, 6) + unrated(rating_operations, 5) + unrated(rating_prospects, 4)
      + unrated(rating_margin, 6) + unrated(rating_requirements, 3) + unrated(rating_appeal, 4)
      + unrated(rating_our_competitiveness, 4) + unrated(rating_security, 5) + unrated(rating_replaceability, 3)
      + unrated(rating_payment, 12) + unrated(rating_bank, 8) + unrated(rating_profitability, 7)
      + unrated(rating_balance, 7) + unrated(rating_solvency, 7) + unrated(rating_capital, 4))::DOUBLE AS unrated_weight,
    CASE WHEN coalesce(rating_appearance, rating_organisation, rating_product, rating_competitiveness,
        rating_operations, rating_prospects, rating_margin, rating_requirements, rating_appeal,
        rating_our_competitiveness, rating_security, rating_replaceability, rating_payment, rating_bank,
        rating_profitability, rating_balance, rating_solvency, rating_capital) IS NOT NULL THEN
      (3 * characteristics__appearance + 6 * characteristics__organisation + 6 * characteristics__product
        + 6 * characteristics__competitiveness + 5 * characteristics__operations + 4 * characteristics__prospects
        + 6 * characteristics__margin + 3 * characteristics__requirements + 4 * characteristics__appeal
        + 4 * characteristics__our_competitiveness + 5 * characteristics__security + 3 * characteristics__replaceability
        + 12 * characteristics__payment + 8 * characteristics__bank + 7 * characteristics__profitability
        + 7 * characteristics__balance + 7 * characteristics__solvency + 4 * characteristics__capital) / 100 END AS characteristics,
    CASE WHEN coalesce(five_c_character, five_c_capacity, five_c_capital, five_c_collateral, five_c_conditions)
        IS NOT NULL THEN (30 * five_c__character + 25 * five_c__capacity + 20 * five_c__capital
          + 10 * five_c__collateral + 15 * five_c__conditions) / 100 END AS five_c,
    CASE WHEN five_c IS NOT NULL THEN unrated(five_c_character, 1) + unrated(five_c_capacity, 1)
      + unrated(five_c_capital, 1) + unrated(five_c_collateral, 1) + unrated(five_c_conditions, 1) END::DOUBLE
      AS five_c_unrated,
    CASE WHEN five_c IS NULL THEN 3 ELSE 0 END AS five_c_unrated__s,
    (18 * efficacy_management__strategy + 15 * efficacy_management__innovation + 16 * efficacy_management__decisions
      + 13 * efficacy_management__risk + 14 * efficacy_management__basics + 8 * efficacy_management__people
      + 8 * efficacy_management__industry + 8 * efficacy_management__social) / 100 AS efficacy_management,
    CASE WHEN efficacy_management IS NULL THEN efficacy ELSE 0.7 * efficacy + 0.3 * efficacy_management END
      - coalesce(efficacy_penalty, 0) AS efficacy_total,
    CASE WHEN efficacy IS NOT NULL AND efficacy_management IS NULL THEN 3 ELSE how(efficacy_total) END
      AS efficacy_total__s
  FROM points),
scored AS (
  SELECT *,
    CASE WHEN weight >= 50 - 1e-7 THEN gained / weight END AS score,
    CASE WHEN characteristics <= 45 THEN 0 WHEN characteristics <= 65 THEN 0.5 WHEN characteristics > 65 THEN 1
      END::DOUBLE AS characteristics_factor_factor_plus,
    CASE WHEN characteristics <= 20 THEN 0 WHEN characteristics > 20 THEN 1 END::DOUBLE
      AS characteristics_factor_use_share,
    characteristics_factor_use_share * characteristics / 100 + characteristics_factor_factor_plus
      AS characteristics_limit_factor,
    CASE WHEN characteristics IS NULL THEN 3 ELSE 0 END AS characteristics_limit_factor__s,
    CASE WHEN characteristics IS NOT NULL THEN unrated_weight / 100 END AS characteristics_unrated,
    CASE WHEN characteristics IS NULL THEN 3 ELSE 0 END AS characteristics_unrated__s,
    CASE WHEN efficacy_total >= 85 THEN 'A' WHEN efficacy_total >= 70 THEN 'B' WHEN efficacy_total >= 50 THEN 'C'
      WHEN efficacy_total >= 40 THEN 'D' WHEN efficacy_total < 40 THEN 'E' END AS efficacy_level_level,
    CASE WHEN score >= 90 THEN 1 WHEN score >= 80 THEN 2 WHEN score >= 70 THEN 3 WHEN score >= 60 THEN 4
      WHEN score >= 50 THEN 5 WHEN score >= 40 THEN 6 WHEN score >= 30 THEN 7 WHEN score >= 20 THEN 8
      WHEN score >= -1 THEN 9 END AS by_score,
    greatest(by_score, CASE WHEN coalesce(statements_years, 0) = 0 THEN 4 END,
      CASE WHEN unbalanced_findings > 0 THEN 5 END, CASE WHEN audit_opinion IN ('adverse', 'disclaimer') THEN 7 END,
      CASE WHEN eq <= 0 THEN 7 END, CASE WHEN dishonest_debtor OR serious_violation THEN 7 END,
      CASE WHEN in_insolvency OR (overdue_max_days > 90 AND overdue_amount > greatest(1000, 0.01 * open_amount))
        THEN 10 END) AS held,
    CASE WHEN by_score IS NOT NULL OR held = 10 THEN held END AS rank
  FROM weighed),
graded AS (
  SELECT *,
    (['AAA', 'AA', 'A', 'BBB', 'BB', 'B', 'CCC', 'CC', 'C', 'D'])[rank] AS grade,
    CASE rank WHEN 1 THEN 0.0003 WHEN 2 THEN 0.001 WHEN 3 THEN 0.0025 WHEN 4 THEN 0.007 WHEN 5 THEN 0.02
      WHEN 6 THEN 0.06 WHEN 7 THEN 0.14 WHEN 8 THEN 0.26 WHEN 9 THEN 0.5 WHEN 10 THEN 1 END::DOUBLE AS pd_12m,
    CASE rank WHEN 1 THEN 1.5 WHEN 2 THEN 1.3 WHEN 3 THEN 1.1 WHEN 4 THEN 1 WHEN 5 THEN 0.6 WHEN 6 THEN 0.3
      WHEN 7 THEN 0 WHEN 8 THEN 0 WHEN 9 THEN 0 WHEN 10 THEN 0 END::DOUBLE AS grade_factor_value,
    CASE WHEN eq <= 0 THEN 0 ELSE 0.10 * eq END::DECIMAL(18,2) AS limit_net_worth,
    CASE WHEN eq <= 0 THEN 3 ELSE how(limit_net_worth) END AS limit_net_worth__s,
    CASE WHEN tangible_net_worth <= 0 THEN 0 ELSE 0.10 * tangible_net_worth END::DECIMAL(18,2)
      AS limit_net_worth_tangible,
    CASE WHEN tangible_net_worth <= 0 THEN 3 ELSE how(limit_net_worth_tangible) END AS limit_net_worth_tangible__s,
    0.10 * customer_margin_share * 365 / nullif(coalesce(terms_days, 60), 0) / (pd_12m * 0.45) AS limit_margin_cover,
    how(limit_margin_cover) AS limit_margin_cover__s,
    CASE WHEN wc <= 0 THEN 0 ELSE 0.20 * wc END::DECIMAL(18,2) AS limit_working_capital,
    CASE WHEN wc <= 0 THEN 3 ELSE how(limit_working_capital) END AS limit_working_capital__s,
    working_assets_limit AS limit_working_assets, how(limit_working_assets) AS limit_working_assets__s,
    (working_assets_limit * characteristics_limit_factor)::DECIMAL(18,2) AS limit_working_assets_adjusted,
    how(limit_working_assets_adjusted) AS limit_working_assets_adjusted__s,
    peer_limit_median AS limit_peers, how(limit_peers) AS limit_peers__s,
    (coalesce(expected_purchases_net * 1.13, purchases_12m)
      * (coalesce(terms_days, 60) + greatest(coalesce(dbt_weighted, 0), 0)) / 365)::DECIMAL(18,2) AS limit_need,
    how(limit_need) AS limit_need__s,
    (0.10 * seller_annual_sales)::DECIMAL(18,2) AS limit_seller_share, how(limit_seller_share) AS limit_seller_share__s,
    CASE WHEN coalesce(statements_years, 0) = 0 THEN 100000 END::DECIMAL(18,2) AS limit_small_ticket,
    how(limit_small_ticket) AS limit_small_ticket__s
  FROM scored),
bounded AS (
  SELECT *,
    CASE WHEN limit_net_worth IS NOT NULL AND limit_working_capital IS NOT NULL AND limit_working_assets IS NOT NULL
      THEN limit_net_worth + limit_working_capital + limit_working_assets
        - least(limit_net_worth, limit_working_capital, limit_working_assets)
        - greatest(limit_net_worth, limit_working_capital, limit_working_assets)
      ELSE (least(limit_net_worth, limit_working_capital, limit_working_assets)
        + greatest(limit_net_worth, limit_working_capital, limit_working_assets))::DOUBLE / 2
      END::DECIMAL(18,2) AS limit_capacity,
    how(limit_capacity) AS limit_capacity__s,
    (50000 / (pd_12m * 0.45))::DECIMAL(18,2) AS limit_expected_loss, how(limit_expected_loss) AS limit_expected_loss__s,
    (8000000 * grade_factor_value)::DECIMAL(18,2) AS limit_policy_cap, how(limit_policy_cap) AS limit_policy_cap__s,
    least(limit_capacity, limit_need, limit_expected_loss, limit_seller_share, limit_policy_cap, limit_small_ticket)
      AS smallest
  FROM graded)
SELECT *,
  CASE WHEN grade IS NOT NULL THEN greatest(floor(smallest::DOUBLE / 100000) * 100000, 0) END::DECIMAL(18,2)
    AS limit_proposed,
  CASE WHEN grade IS NULL THEN 3 ELSE how(limit_proposed) END AS limit_proposed__s,
  CASE smallest WHEN limit_capacity THEN 'limit_capacity' WHEN limit_need THEN 'limit_need'
    WHEN limit_expected_loss THEN 'limit_expected_loss' WHEN limit_seller_share THEN 'limit_seller_share'
    WHEN limit_policy_cap THEN 'limit_policy_cap' WHEN limit_small_ticket THEN 'limit_small_ticket' END AS limit_binding,
  CASE WHEN rank <= 2 THEN 90 WHEN rank = 3 THEN 60 WHEN rank = 4 THEN 45 WHEN rank = 5 THEN 30 WHEN rank = 6 THEN 15
    WHEN rank > 6 THEN 0 END AS policy_terms_days,
  CASE WHEN rank <= 3 THEN 0 WHEN rank = 4 THEN 0.1 WHEN rank = 5 THEN 0.2 WHEN rank = 6 THEN 0.3 WHEN rank > 6 THEN 1
    END::DOUBLE AS policy_down_payment_share,
  CASE WHEN rank <= 2 THEN 15 WHEN rank = 3 THEN 10 WHEN rank = 4 THEN 7 WHEN rank = 5 THEN 3 WHEN rank >= 6 THEN 0 END
    AS policy_overdue_tolerance_days,
  CASE WHEN rank <= 4 THEN 12 WHEN rank = 5 THEN 6 WHEN rank = 6 THEN 3 WHEN rank > 6 THEN 1 END AS policy_review_months,
  CASE WHEN rank <= 3 THEN 'open_account' WHEN rank = 4 THEN 'open_account_or_bank_acceptance'
    WHEN rank = 5 THEN 'bank_acceptance_or_insured' WHEN rank = 6 THEN 'secured' WHEN rank > 6 THEN 'prepayment' END
    AS policy_instrument,
  d1 > 0.85 AS warning_f01, d1 > 0.70 AND d1 - ratio(tl_prior, ta_prior) > 0.10 AS warning_f01b, d8 < 1 AS warning_f02,
  cfo < 0 AND cfo_prior < 0 AS warning_f03, np < 0 AS warning_f04, np < 0 AND np_prior < 0 AS warning_f04b,
  eq < 0 AS warning_f05, g1 < -0.20 AS warning_f06, growth_gap > 0.20 AS warning_f07,
  365 * inv / nullif(cogs, 0) > 1.3 * 365 * inv_prior / nullif(cogs_prior, 0) AS warning_f08, l1 < 0.8 AS warning_f09,
  altman_z2 < 1.1 AS warning_f10, audit_opinion IN ('qualified', 'adverse', 'disclaimer') AS warning_f11,
  overdue_max_days > 30 AS warning_p01, overdue_max_days > 60 AS warning_p01b,
  overdue_max_days > 90 AS warning_p01c, g1 < -0.40 AS warning_f06b,
  characteristics_unrated > 0.20 AS warning_characteristics_unrated,
  dbt_recent - dbt_weighted > 10 AS warning_p02, dishonest_debtor AS warning_l01, abnormal_operation AS warning_l07
FROM bounded
