-- The shipped rules as a person would write them for DuckDB: the other side of `xinheng bench rules`.
-- Reads the table or view `book`, one row a customer; the columns carry the names of our results.

CREATE OR REPLACE TEMP MACRO ratio(top, below) AS top::DOUBLE / nullif(below, 0);
CREATE OR REPLACE TEMP MACRO mean(now, prior) AS CASE WHEN prior IS NULL THEN now::DOUBLE ELSE (now + prior)::DOUBLE / 2 END;
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
    eq - coalesce("int", 0) - coalesce(dev, 0) - coalesce(gw, 0) AS tangible_net_worth,
    re + coalesce(sr, 0) AS retained,
    coalesce(stl, 0) + coalesce(ncl1, 0) AS short_debt, cash + coalesce(tfa, 0) AS liquid,
    mean(eq, eq_prior) AS eq_mean, mean(ta, ta_prior) AS ta_mean, mean(inv, inv_prior) AS inv_mean,
    coalesce(sell, 0) + coalesce(adm, 0) + coalesce(rd, 0) + coalesce(fin, 0) AS expenses,
    mean(coalesce(ap, 0) + coalesce(npay, 0), coalesce(ap_prior, 0) + coalesce(npay_prior, 0)) AS payable_mean,
    coalesce(industry_section, 'C') NOT IN ('J', 'K') AS is_company
  FROM book),
earned AS (
  SELECT *, tp + interest AS ebit, tp + interest + dep + amo AS ebitda, mean(gross_ar, gross_ar_prior) AS gross_ar_mean
  FROM derived),
ratios AS (
  SELECT *,
    how(wc) AS wc__s, CASE WHEN tl IS NULL THEN 3 ELSE how(ibd) END AS ibd__s,
    CASE WHEN ie IS NULL AND fin > 0 THEN 3 WHEN ie IS NULL AND fin <= 0 THEN 4 ELSE how(interest) END AS interest__s,
    how(ebit) AS ebit__s, how(ebitda) AS ebitda__s, how(gross_ar) AS gross_ar__s,
    how(tangible_net_worth) AS tangible_net_worth__s, how(retained) AS retained__s,
    ratio(ca, cl) AS l1, CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l1, cl) END AS l1__s,
    ratio(ca - inv, cl) AS l2, CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l2, cl) END AS l2__s,
    ratio(liquid + coalesce(nr, 0) + coalesce(ar, 0) + coalesce(arf, 0) + coalesce(orec, 0), cl) AS l3,
    CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l3, cl) END AS l3__s,
    ratio(liquid, cl) AS l4, CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l4, cl) END AS l4__s,
    ratio(cfo, cl) AS l5, CASE WHEN cl = 0 AND ca > 0 THEN 3 ELSE how_of(l5, cl) END AS l5__s,
    wc AS l6, how(wc) AS l6__s, ratio(wc, ta) AS l7, how_of(l7, ta) AS l7__s,
    ratio(tl, ta) AS d1, how_of(d1, ta) AS d1__s,
    CASE WHEN eq <= 0 THEN NULL ELSE ratio(tl, eq) END AS d2, CASE WHEN eq <= 0 THEN 3 ELSE how(d2) END AS d2__s,
    CASE WHEN eq <= 0 THEN NULL ELSE ratio(ta, eq) END AS d3, CASE WHEN eq <= 0 THEN 3 ELSE how(d3) END AS d3__s,
    CASE WHEN tangible_net_worth <= 0 THEN NULL ELSE ratio(tl, tangible_net_worth) END AS d4,
    CASE WHEN tangible_net_worth <= 0 THEN 3 ELSE how(d4) END AS d4__s,
    ratio(ibd, tl) AS d5, CASE WHEN tl = 0 THEN 3 ELSE how(d5) END AS d5__s,
    CASE WHEN ibd + eq <= 0 THEN NULL ELSE ratio(ibd, ibd + eq) END AS d6,
    CASE WHEN ibd + eq <= 0 THEN 3 ELSE how(d6) END AS d6__s,
    ratio(short_debt, ibd) AS d7, CASE WHEN ibd = 0 THEN 3 ELSE how(d7) END AS d7__s,
    ratio(ebit, interest) AS d8,
    CASE WHEN interest = 0 AND ebit > 0 THEN 3 WHEN interest = 0 THEN 4 ELSE how(d8) END AS d8__s,
    ratio(ebitda, interest) AS d9,
    CASE WHEN interest = 0 AND ebitda > 0 THEN 3 WHEN interest = 0 THEN 4 ELSE how(d9) END AS d9__s,
    CASE WHEN ebitda <= 0 THEN NULL ELSE ratio(ibd, ebitda) END AS d10,
    CASE WHEN ebitda <= 0 THEN 3 ELSE how(d10) END AS d10__s,
    CASE WHEN ebitda <= 0 THEN NULL ELSE ratio(ibd - liquid, ebitda) END AS d11,
    CASE WHEN ebitda <= 0 THEN 3 WHEN ibd - liquid < 0 AND ebitda > 0 THEN 4 ELSE how(d11) END AS d11__s,
    ratio(cfo, tl) AS d12, CASE WHEN tl = 0 THEN 3 ELSE how(d12) END AS d12__s,
    CASE WHEN wc <= 0 THEN NULL ELSE ratio(ncl, wc) END AS d13, CASE WHEN wc <= 0 THEN 3 ELSE how(d13) END AS d13__s,
    CASE WHEN eq <= 0 OR eq_mean <= 0 THEN NULL ELSE ratio(np, eq_mean) END AS p1,
    CASE WHEN eq <= 0 THEN 3 WHEN eq_mean <= 0 THEN 4 ELSE how(p1) END AS p1__s,
    ratio(ebit, ta_mean) AS p2, how_of(p2, ta_mean) AS p2__s, ratio(np, ta_mean) AS p3, how_of(p3, ta_mean) AS p3__s,
    ratio(rev - cogs, rev) AS p4, how_of(p4, rev) AS p4__s, ratio(opp, rev) AS p5, how_of(p5, rev) AS p5__s,
    ratio(np, rev) AS p6, how_of(p6, rev) AS p6__s,
    ratio(tp, cogs + coalesce(taxs, 0) + expenses) AS p7, how_of(p7, cogs + coalesce(taxs, 0) + expenses) AS p7__s,
    mean(cap + coalesce(apic, 0), cap_prior + coalesce(apic_prior, 0)) AS cap_mean,
    ratio(np, cap_mean) AS p8, how_of(p8, cap_mean) AS p8__s,
    ratio(ebitda, rev) AS p9, how_of(p9, rev) AS p9__s, ratio(expenses, rev) AS p10, how_of(p10, rev) AS p10__s,
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
    CASE WHEN tl IS NOT NULL AND short_debt = 0 THEN NULL ELSE ratio(cfo, short_debt) END AS c5,
    CASE WHEN tl IS NOT NULL AND short_debt = 0 THEN 3 ELSE how_of(c5, short_debt) END AS c5__s,
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
    earning + quality + safety + growing AS efficacy_basic,
    earning + safety + growing + quality / 22 * (
      9 * coalesce(1 - quality / 22 + efficacy_of(bad_asset_share * -100, -0.2, -0.8, -2.5, -6, -12, 1.2), 1)
      + 7 * coalesce(1 - quality / 22 + efficacy_of(e6, 2.5, 1.8, 1.3, 0.8, 0.4, 1.2), 1)
      + 6 * coalesce(1 - quality / 22 + efficacy_of(c3 * 100, 14, 10, 5, 0.5, -3, 1.2), 1)) AS efficacy,
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
    line(d1, 0.35, 100, 0.50, 75, 0.65, 50, 0.75, 25, 0.90, 0) AS score__debt_ratio,
    CASE WHEN l1__s = 3 THEN 100 ELSE line(l1, 0.6, 0, 0.9, 25, 1.2, 50, 1.6, 75, 2.2, 100) END AS score__current_ratio,
    CASE WHEN l2__s = 3 THEN 100 ELSE line(l2, 0.3, 0, 0.5, 25, 0.8, 50, 1.1, 75, 1.5, 100) END AS score__quick_ratio,
    CASE d8__s WHEN 3 THEN 100 WHEN 4 THEN 0 ELSE line(d8, 0, 0, 1.5, 25, 3, 50, 5, 75, 10, 100) END
      AS score__interest_cover,
    CASE WHEN l5__s = 3 THEN 100 ELSE line(l5, -0.10, 0, 0.02, 25, 0.10, 50, 0.20, 75, 0.35, 100) END
      AS score__cash_to_current,
    CASE WHEN c1__s = 3 THEN 0 ELSE line(c1, 0, 0, 0.4, 25, 0.8, 50, 1.2, 75, 2, 100) END AS score__cash_backing,
    CASE WHEN p1__s IN (3, 4) THEN 0 ELSE line(p1, -0.05, 0, 0.02, 25, 0.06, 50, 0.12, 75, 0.18, 100) END
      AS score__return_on_equity,
    line(p5, -0.05, 0, 0.01, 25, 0.04, 50, 0.08, 75, 0.15, 100) AS score__operating_margin,
    line(e2, 30, 100, 60, 75, 90, 50, 120, 25, 180, 0) AS score__receivable_days,
    line(e5, 20, 100, 60, 75, 100, 50, 150, 25, 240, 0) AS score__cash_cycle,
    least(line(g1, -0.30, 0, -0.05, 25, 0.05, 50, 0.15, 75, 0.25, 100), CASE WHEN g1 > 0.6 THEN 75 END)
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
    (3 * characteristics__appearance + 6 * characteristics__organisation + 6 * characteristics__product
      + 6 * characteristics__competitiveness + 5 * characteristics__operations + 4 * characteristics__prospects
      + 6 * characteristics__margin + 3 * characteristics__requirements + 4 * characteristics__appeal
      + 4 * characteristics__our_competitiveness + 5 * characteristics__security + 3 * characteristics__replaceability
      + 12 * characteristics__payment + 8 * characteristics__bank + 7 * characteristics__profitability
      + 7 * characteristics__balance + 7 * characteristics__solvency + 4 * characteristics__capital) / 100
      AS characteristics
  FROM points),
scored AS (
  SELECT *,
    CASE WHEN weight >= 50 - 1e-7 THEN gained / weight END AS score,
    CASE WHEN characteristics <= 45 THEN 0 WHEN characteristics <= 65 THEN 0.5 ELSE 1 END::DOUBLE
      AS characteristics_factor_factor_plus,
    CASE WHEN characteristics <= 20 THEN 0 ELSE 1 END::DOUBLE AS characteristics_factor_use_share,
    CASE WHEN rating_payment IS NOT NULL THEN characteristics_factor_use_share * characteristics / 100
      + characteristics_factor_factor_plus END AS characteristics_limit_factor,
    CASE WHEN rating_payment IS NULL THEN 3 ELSE 0 END AS characteristics_limit_factor__s,
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
  dbt_recent - dbt_weighted > 10 AS warning_p02, dishonest_debtor AS warning_l01, abnormal_operation AS warning_l07
FROM bounded
