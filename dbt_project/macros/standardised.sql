{#
    A mean with limits from Student's t distribution (R/Means.R of PHEindicatormethods): mean -/+ t(n - 1) s / sqrt(n).

    `total`, `squares` and `count` are sums of the values, of `square_of` each and of ones: n * squares - total^2 is exact
    before it becomes a double, so that nothing cancels out. One value alone has a mean and no limits.

    DuckDB has no quantile of t. Degrees of freedom 1 to 100 stand here as made by scipy, and a test makes them again;
    above, the Cornish-Fisher expansion in 1/df to the fifth power (Abramowitz and Stegun 26.7.5; the fifth term: Hill GW,
    Comm ACM 1970;13:617-9), wrong by less than 2e-11 of itself from 101 on.
#}
{# DuckDB keeps a product of two DECIMAL(18,4) within 18 digits, which 100,000 squared is too large for. #}
{% macro square_of(value) -%}
    ({{ value }})::decimal(38, 4) * ({{ value }})::decimal(38, 4)
{%- endmacro %}

{% macro mean_of(total, count) -%}
    round(({{ total }})::double / nullif({{ count }}, 0), 10)
{%- endmacro %}

{% macro _t_table(level) -%}
    {{ {
        '95': [
            12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934, 2.5705818356363146,
            2.4469118511449786, 2.364624251592784, 2.306004135204166, 2.262157162798205, 2.228138851986274,
            2.200985160091639, 2.1788128296672284, 2.1603686564627913, 2.144786687917804, 2.131449545559776,
            2.1199052992212546, 2.1098155778333156, 2.1009220402410382, 2.0930240544083087, 2.085963447265864,
            2.0796138447276795, 2.0738730679040254, 2.0686576104190486, 2.0638985616280245, 2.0595385527532972,
            2.0555294386428735, 2.0518305164802846, 2.0484071417952454, 2.045229642132703, 2.0422724563012378,
            2.039513446396408, 2.0369333434601016, 2.0345152974493383, 2.0322445093177186, 2.030107928250343,
            2.0280940009804502, 2.0261924630291093, 2.0243941639119694, 2.022690920036761, 2.021075390306273,
            2.019540970441376, 2.0180817028184443, 2.016692199227824, 2.0153675744437636, 2.014103388880846,
            2.012895598919429, 2.0117405137297655, 2.010634757624232, 2.0095752371292392, 2.008559112100761,
            2.007583770315836, 2.006646805061688, 2.0057459953178687, 2.0048792881880564, 2.0040447832891455,
            2.003240718847872, 2.002465459291007, 2.0017174841452356, 2.000995378088267, 2.0002978220142604,
            1.999623584994939, 1.9989715170333788, 1.998340542520741, 1.997729654317693, 1.9971379083920038,
            1.9965644189523117, 1.996008354025296, 1.9954689314298435, 1.9949454151072374, 1.994437111771186,
            1.9939433678456255, 1.9934635666618719, 1.992997125889855, 1.992543495180932, 1.9921021540022417,
            1.9916726096446642, 1.9912543953883846, 1.9908470688116906, 1.9904502102301285, 1.990063421254446,
            1.9896863234569029, 1.989318557136572, 1.9889597801751624, 1.9886096669757083, 1.9882679074772216,
            1.98793420623902, 1.9876082815890708, 1.9872898648311692, 1.986978699506281, 1.9866745407037683,
            1.9863771544186177, 1.98608631695113, 1.9858018143458227, 1.985523441866604, 1.9852510035054978,
            1.984984311522457, 1.9847231860139845, 1.9844674545084815, 1.9842169515864174, 1.9839715185235518
        ],
        '998': [
            318.30883898555015, 22.327124770119866, 10.214531852407383, 7.173182219782307, 5.893429531356009,
            5.207626238725373, 4.785289628638333, 4.5007909337237235, 4.296805662729918, 4.143700494046589,
            4.024701037630738, 3.9296332646264913, 3.851982391168387, 3.7873902375233457, 3.7328344253109,
            3.686154792686013, 3.6457673800784094, 3.6104848848250928, 3.5794001489547154, 3.5518083432033323,
            3.5271536688691763, 3.5049920310846616, 3.484964374939813, 3.466777298016027, 3.450188726973063,
            3.4349971815631166, 3.4210336212293053, 3.408155178353358, 3.3962402883568026, 3.3851848668293045,
            3.3748992804233016, 3.365305925859433, 3.3563372793636272, 3.347934313333527, 3.340045202098584,
            3.332624257062501, 3.32563104519694, 3.3190296551103575, 3.3127880826719003, 3.3068777140858225,
            3.3012728888594425, 3.295950528629723, 3.290889820560617, 3.286071946180288, 3.281479848231682,
            3.2770980294646446, 3.2729123783809344, 3.2689100178140067, 3.2650791729288593, 3.261409055798318,
            3.257889764178083, 3.254512192484589, 3.251267953293979, 3.248149307940129, 3.245149105005073,
            3.242260725674601, 3.2394780350817474, 3.236795338886674, 3.2342073444472925, 3.23170912602436,
            3.2292960935404733, 3.2269639644767065, 3.224708738545393, 3.2225266748244117, 3.2204142710783836,
            3.2183682450266744, 3.2163855173477325, 3.2144631962348855, 3.212598563340909, 3.210789060967832,
            3.2090322803752005, 3.2073259510945196, 3.2056679311503036, 3.2040561980992734, 3.2024888408089525,
            3.200964051905459, 3.199480120827827, 3.198035427432768, 3.1966284360996635, 3.1952576902907426,
            3.193921807525954, 3.192619474736135, 3.191349443961655, 3.1901105283669584, 3.188901598544248,
            3.187721579082157, 3.186569445377502, 3.1854442206702496, 3.1843449732837104, 3.183270814053546,
            3.182220893930711, 3.181194401744754, 3.1801905621150928, 3.1792086334989778, 3.178247906365821,
            3.1773077014884428, 3.176387368342607, 3.175486283606906, 3.1746038497557523, 3.173739493738783
        ],
    }[level] }}
{%- endmacro %}

{% macro t_quantile(df, level) -%}
    {%- set z = z_of(level) | float -%}
    case
        when {{ df }} < 1 then null
        when {{ df }} <= 100 then {{ _t_table(level) }}[({{ df }})::integer]
        else {{ z }}
            + {{ (z**3 + z) / 4 }} / ({{ df }})::double
            + {{ (5 * z**5 + 16 * z**3 + 3 * z) / 96 }} / pow(({{ df }})::double, 2)
            + {{ (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 }} / pow(({{ df }})::double, 3)
            + {{ (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160 }} / pow(({{ df }})::double, 4)
            + {{ (27 * z**11 + 339 * z**9 + 930 * z**7 - 1782 * z**5 - 765 * z**3 + 17955 * z) / 368640 }} / pow(({{ df }})::double, 5)
    end
{%- endmacro %}

{% macro _standard_error_of_mean(total, squares, count) -%}
    sqrt(
        (({{ count }})::decimal(18, 0) * ({{ squares }})::decimal(38, 8) - ({{ total }})::decimal(38, 4) * ({{ total }})::decimal(38, 4))::double
        / nullif(({{ count }})::double - 1, 0)
    ) / ({{ count }})::double
{%- endmacro %}

{% macro mean_lower(total, squares, count, level) -%}
    round(({{ total }})::double / nullif({{ count }}, 0) - ({{ t_quantile('(' ~ count ~ ' - 1)', level) }}) * {{ _standard_error_of_mean(total, squares, count) }}, 10)
{%- endmacro %}

{% macro mean_upper(total, squares, count, level) -%}
    round(({{ total }})::double / nullif({{ count }}, 0) + ({{ t_quantile('(' ~ count ~ ' - 1)', level) }}) * {{ _standard_error_of_mean(total, squares, count) }}, 10)
{%- endmacro %}

{#
    Indirect standardisation: aggregates over strata of one area. `expected` is how many events the area's people would have at
    the rates of the reference population, `isr` the rate per `per` that follows (observed over expected, times the crude
    rate of the reference), `standardised_ratio` observed over expected times 100. Limits are those of the observed count, Byar
    or exact below ten (R/ISRate.R, R/ISRatio.R). No value where a stratum of the reference has nobody or no count.
#}
{% macro expected(people, reference_count, reference_people, stratum) -%}
    case when bool_and(coalesce({{ reference_people }} > 0 and {{ reference_count }} >= 0 and {{ people }} >= 0, false)) then
        nullif(sum(
            ({{ people }})::double * ({{ reference_count }})::double / ({{ reference_people }})::double order by {{ stratum }}
        ), 0)
    end
{%- endmacro %}

{% macro _over_expected(observed, people, reference_count, reference_people, stratum) -%}
    ({{ observed }})::double / {{ expected(people, reference_count, reference_people, stratum) }}
{%- endmacro %}

{% macro _reference_rate(reference_count, reference_people, per) -%}
    {{ per }} * sum({{ reference_count }})::double / sum({{ reference_people }})::double
{%- endmacro %}

{% macro isr(count, people, reference_count, reference_people, stratum, per) -%}
    round({{ _over_expected('sum(' ~ count ~ ')', people, reference_count, reference_people, stratum) }} * {{ _reference_rate(reference_count, reference_people, per) }}, 10)
{%- endmacro %}

{% macro isr_lower(count, people, reference_count, reference_people, stratum, per, level) -%}
    round({{ _over_expected(count_lower('sum(' ~ count ~ ')', level), people, reference_count, reference_people, stratum) }} * {{ _reference_rate(reference_count, reference_people, per) }}, 10)
{%- endmacro %}

{% macro isr_upper(count, people, reference_count, reference_people, stratum, per, level) -%}
    round({{ _over_expected(count_upper('sum(' ~ count ~ ')', level), people, reference_count, reference_people, stratum) }} * {{ _reference_rate(reference_count, reference_people, per) }}, 10)
{%- endmacro %}

{% macro standardised_ratio(count, people, reference_count, reference_people, stratum) -%}
    round(100.0 * {{ _over_expected('sum(' ~ count ~ ')', people, reference_count, reference_people, stratum) }}, 10)
{%- endmacro %}

{% macro standardised_ratio_lower(count, people, reference_count, reference_people, stratum, level) -%}
    round(100.0 * {{ _over_expected(count_lower('sum(' ~ count ~ ')', level), people, reference_count, reference_people, stratum) }}, 10)
{%- endmacro %}

{% macro standardised_ratio_upper(count, people, reference_count, reference_people, stratum, level) -%}
    round(100.0 * {{ _over_expected(count_upper('sum(' ~ count ~ ')', level), people, reference_count, reference_people, stratum) }}, 10)
{%- endmacro %}
