"""Any static site can be indexed: pages as Sphinx, Docusaurus, Zensical and people write them, cut from real output."""

# ruff: noqa: E501 - the samples stand as their generators write them

from collections.abc import Callable
from pathlib import Path

import pytest

from index import Store, build_index
from index.model import Page
from index.pages import read_page

SPHINX = """<!DOCTYPE html>
<html lang="en" data-content_root="./"><head><meta charset="utf-8" /><title>Model registry &#8212; Ops documentation</title></head>
<body><div class="document"><div class="documentwrapper"><div class="bodywrapper"><div class="body" role="main">
  <section id="model-registry">
<h1>Model registry<a class="headerlink" href="#model-registry" title="Link to this heading">¶</a></h1>
<p>A registry keeps every version of a model.</p>
<section id="promote-a-version">
<span id="promote"></span><h2>Promote a version<a class="headerlink" href="#promote-a-version" title="Link to this heading">¶</a></h2>
<p>Promote only what passed the gate:</p>
<ol class="arabic simple">
<li><p>Run the gate.</p></li>
<li><p>Set the stage.</p></li>
</ol>
<div class="highlight-python notranslate"><div class="highlight"><pre><span></span><span class="linenos">1</span><span
 class="n">store</span><span class="o">.</span><span class="n">promote</span><span class="p">()</span>
<span class="linenos">2</span><span class="n">store</span><span class="o">.</span><span class="n">close</span><span class="p">()</span>
</pre></div>
</div>
<table class="docutils align-default" id="id1">
<caption><span class="caption-text">Stages</span><a class="headerlink" href="#id1" title="Link to this table">¶</a></caption>
<thead>
<tr class="row-odd"><th class="head"><p>Stage</p></th>
<th class="head"><p>Meaning</p></th>
</tr>
</thead>
<tbody>
<tr class="row-even"><td><p>staging</p></td>
<td><p>under test</p></td>
</tr>
</tbody>
</table>
<dl class="simple glossary">
<dt id="term-Champion">Champion<a class="headerlink" href="#term-Champion" title="Link to this term">¶</a></dt><dd><p>Serves.</p>
</dd>
</dl>
<dl class="py class">
<dt class="sig sig-object py" id="registry.Store">
<span class="property"><span class="k"><span class="pre">class</span></span><span class="w"> </span></span><span class="sig-prename descclassname"><span
 class="pre">registry.</span></span><span class="sig-name descname"><span class="pre">Store</span></span><a class="reference internal"
 href="_modules/registry.html#Store"><span class="viewcode-link"><span class="pre">[source]</span></span></a><a class="headerlink"
 href="#registry.Store" title="Link to this definition">¶</a></dt>
<dd><p>A store of models.</p>
<dl class="py method">
<dt class="sig sig-object py" id="registry.Store.close">
<span class="sig-name descname"><span class="pre">close</span></span><span class="sig-paren">(</span><em class="sig-param"><span
 class="n"><span class="pre">wait</span></span><span class="p"><span class="pre">:</span></span><span class="w"> </span><span class="n"><span
 class="pre">bool</span></span></em><span class="sig-paren">)</span> <span class="sig-return"><span class="sig-return-icon">&#x2192;</span> <span
 class="sig-return-typehint"><span class="pre">None</span></span></span><a class="headerlink" href="#registry.Store.close">¶</a></dt>
<dd><p>Close it.</p>
<dl class="field-list simple">
<dt class="field-odd">Parameters<span class="colon">:</span></dt>
<dd class="field-odd"><p><strong>wait</strong> – Whether to wait.</p>
</dd>
</dl>
</dd></dl>
</dd></dl>
<p>See also the gate.</p>
</section>
</section>
          </div></div></div>
      <div class="sphinxsidebar" role="navigation" aria-label="Main"><h1 class="logo"><a href="#">Ops</a></h1>
<search id="searchbox" style="display: none" role="search"><form class="search"><input type="text" name="q"/></form></search>
<h3>Navigation</h3><ul><li class="toctree-l1"><a class="reference internal" href="other.html">Other</a></li></ul></div></div>
<div class="footer">&#169;2026. | Powered by <a href="https://www.sphinx-doc.org/">Sphinx</a></div></body></html>"""

DOCUSAURUS = """<!doctype html>
<html lang="en" dir="ltr" class="docs-wrapper plugin-docs"><head><meta charset="UTF-8"><title data-rh="true">Install | Ops</title></head>
<body class="navigation-with-keyboard"><div id="__docusaurus"><div role="region" aria-label="Skip to main content"><a
 class="skipToContent_fXgn" href="#__docusaurus_skipToContent_fallback">Skip to main content</a></div>
<nav aria-label="Main" class="navbar navbar--fixed-top"><div class="navbar__inner"><b class="navbar__title">Ops</b></div></nav>
<div id="__docusaurus_skipToContent_fallback" class="main-wrapper"><div class="docsWrapper_hBAB">
<aside class="theme-doc-sidebar-container"><nav aria-label="Docs sidebar" class="menu"><ul class="menu__list"><li>Install</li></ul></nav></aside>
<main class="docMainContainer_TBSr"><div class="container padding-top--md"><div class="row"><div class="col docItemCol_VOVn">
<div class="docItemContainer_Djhp"><article><nav class="theme-doc-breadcrumbs" aria-label="Breadcrumbs"><ul class="breadcrumbs"><li
 class="breadcrumbs__item"><a aria-label="Home page" href="/"><svg viewBox="0 0 24 24"><path d="M10 19"></path></svg></a></li><li
 class="breadcrumbs__item breadcrumbs__item--active"><span class="breadcrumbs__link">Getting started</span></li></ul></nav>
<div class="tocCollapsible_ETCw theme-doc-toc-mobile"><button type="button" class="clean-btn">On this page</button></div>
<div class="theme-doc-markdown markdown"><header><h1>Install</h1></header>
<p>The gateway needs <strong>Node 20</strong>.</p>
<h2 class="anchor anchorWithStickyNavbar_LWe7" id="from-npm">From npm<a href="#from-npm" class="hash-link" aria-label="Direct link to From npm"
 title="Direct link to From npm" translate="no">\u200b</a></h2>
<div class="language-bash codeBlockContainer_Ckt0 theme-code-block" style="--prism-color:#393A34"><div class="codeBlockContent_QJqH"><pre
 tabindex="0" class="prism-code language-bash codeBlock_bY9V thin-scrollbar"><code class="codeBlockLines_e6Vv"><span class="token-line"
 style="color:#393A34"><span class="token function" style="color:#d73a49">npm</span><span class="token plain"> install gateway</span><br></span><span
 class="token-line" style="color:#393A34"><span class="token plain">gateway </span><span class="token parameter">--port</span><span
 class="token plain"> 8080</span><br></span></code></pre></div></div>
<div class="theme-admonition theme-admonition-tip admonition_xJq3 alert alert--success"><div class="admonitionHeading_Gvgb"><span
 class="admonitionIcon_Rf37"><svg viewBox="0 0 12 16"><path d="M6"></path></svg></span>tip</div><div
 class="admonitionContent_BuS1"><p>Pin the version.</p></div></div></div>
<footer class="theme-doc-footer docusaurus-mt-lg"><a href="https://github.com/x/edit" class="theme-edit-this-page">Edit this page</a></footer></article>
<nav class="docusaurus-mt-lg pagination-nav" aria-label="Docs pages"><a class="pagination-nav__link" href="/next">Next</a></nav></div></div>
<div class="col col--3"><div class="tableOfContents_bqdL"><ul class="table-of-contents"><li><a href="#from-npm">From npm</a></li></ul></div></div>
</div></div></main></div></div><footer class="theme-layout-footer footer">Copyright</footer></div></body></html>"""

ZENSICAL = """<!doctype html>
<html lang="en" class="no-js"><head><meta charset="utf-8"><meta name="description" content="What drift is."><title>Drift - Ops</title></head>
<body><header class="md-header"><nav class="md-header__inner md-grid" aria-label="Header">Ops</nav></header>
<main class="md-main" data-md-component="main"><div class="md-main__inner md-grid">
<div class="md-sidebar md-sidebar--primary"><nav class="md-nav md-nav--primary" aria-label="Navigation"><label class="md-nav__title">Ops</label><ul
 class="md-nav__list"><li class="md-nav__item">Drift</li></ul></nav></div>
<div class="md-content" data-md-component="content"><article class="md-content__inner md-typeset">
<a id="__skip" tabindex="-1"></a>
<h1 id="drift">Drift<a class="headerlink" href="#drift" title="Permanent link">&para;</a></h1>
<p>Drift is a change of the data.</p>
<h2 id="watch-it">Watch it<a class="headerlink" href="#watch-it" title="Permanent link">&para;</a></h2>
<div class="admonition note">
<p class="admonition-title">Mind</p>
<p>Watch weekly.</p>
</div>
<div class="highlight"><table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre><span></span><span class="normal">1</span>
<span class="normal">2</span></pre></div></td><td class="code"><div><pre><span></span><code><span class="n">a</span> <span class="o">=</span> <span
 class="mi">1</span>
<span class="n">b</span> <span class="o">=</span> <span class="mi">2</span>
</code></pre></div></td></tr></table></div>
<div class="tabbed-set tabbed-alternate" data-tabs="1:2"><input checked="checked" id="__tabbed_1_1" name="__tabbed_1" type="radio" /><input
 id="__tabbed_1_2" name="__tabbed_1" type="radio" /><div class="tabbed-labels"><label for="__tabbed_1_1">Linux</label><label
 for="__tabbed_1_2">macOS</label></div>
<div class="tabbed-content">
<div class="tabbed-block">
<p>Use apt.</p>
</div>
<div class="tabbed-block">
<p>Use brew.</p>
</div>
</div>
</div>
</article></div>
<script>var target=document.getElementById(location.hash.slice(1))</script></div></main>
<footer class="md-footer"><div class="md-copyright">Made with <a href="https://zensical.org/">Zensical</a></div></footer></body></html>"""

BY_HAND = """<html>
<HEAD><TITLE>Our runbook</TITLE></HEAD>
<BODY BGCOLOR=white>
<center><font size=+2>Runbook</font></center>
<hr>
<h2>When it is slow</h2>
Look at the queue first.<br>Then call <b>platform</b>.
<p>Most often it is one of:
<ul>
<li>a full queue
<li>a <tt>slow</tt> query
</ul>
<a name="down"></a>
<h2>When it is down</h2>
<table border=1>
<tr><th>Sign<th>Do
<tr><td>503<td>restart
</table>
</BODY></html>"""


def outline(html: str) -> list[tuple[tuple[str, ...], str, list[str]]]:
    page = read_page(html, "page.html")
    assert page is not None
    return [(section.headings, section.anchor, [block.text for block in section.blocks]) for section in page.sections]


def page(html: str) -> Page:
    found = read_page(html, "page.html")
    assert found is not None
    return found


def test_sphinx_sections_terms_and_api_entries_each_have_their_anchor() -> None:
    registry, promote = "Model registry", ("Model registry", "Promote a version")
    assert outline(SPHINX) == [
        ((registry,), "model-registry", ["A registry keeps every version of a model."]),
        (
            promote,
            "promote-a-version",
            [
                "Promote only what passed the gate:",
                "Run the gate.",
                "Set the stage.",
                "store.promote()\nstore.close()",
                "Stages",
                "Stage Meaning",
                "staging under test",
            ],
        ),
        ((*promote, "Champion"), "term-Champion", ["Serves."]),
        ((*promote, "class registry.Store"), "registry.Store", ["A store of models."]),
        (
            (*promote, "class registry.Store", "close(wait: bool) → None"),
            "registry.Store.close",
            ["Close it.", "Parameters:", "wait – Whether to wait."],
        ),
        (promote, "promote-a-version", ["See also the gate."]),
    ]


def test_docusaurus_breadcrumbs_permalinks_and_page_furniture_are_no_text() -> None:
    assert outline(DOCUSAURUS) == [
        (("Install",), "", ["The gateway needs Node 20."]),
        (
            ("Install", "From npm"),
            "from-npm",
            ["npm install gateway\ngateway --port 8080", "tip", "Pin the version."],
        ),
    ]


def test_zensical_is_read_like_material() -> None:
    assert page(ZENSICAL).description == "What drift is."
    assert outline(ZENSICAL) == [
        (("Drift",), "drift", ["Drift is a change of the data."]),
        (("Drift", "Watch it"), "watch-it", ["Mind", "Watch weekly.", "a = 1\nb = 2", "Use apt.", "Use brew."]),
    ]


def test_a_page_by_hand_without_article_or_ids_is_read() -> None:
    assert outline(BY_HAND) == [
        (("Our runbook",), "", ["Runbook"]),
        (
            ("Our runbook", "When it is slow"),
            "",
            ["Look at the queue first. Then call platform.", "Most often it is one of:", "a full queue", "a slow query"],
        ),
        (("Our runbook", "When it is down"), "down", ["Sign Do", "503 restart"]),
    ]
    assert [block.label for block in page(BY_HAND).sections[2].blocks] == ["header", ""]


@pytest.mark.parametrize("html", [SPHINX, DOCUSAURUS, ZENSICAL, BY_HAND], ids=["Sphinx", "Docusaurus", "Zensical", "by hand"])
def test_every_anchor_stands_in_the_page(html: str) -> None:
    for section in page(html).sections:
        assert not section.anchor or f'id="{section.anchor}"' in html or f'name="{section.anchor}"' in html


def test_a_site_of_mixed_origin_is_one_index(make_site: Callable[[dict[str, str]], Path], tmp_path: Path) -> None:
    site = make_site({"s/index.html": SPHINX, "d/install.html": DOCUSAURUS, "z/index.html": ZENSICAL, "hand.html": BY_HAND})
    report = build_index(site, Store(tmp_path / "store"), model=str(tmp_path / "no-model"))
    assert (report.manifest.pages, report.skipped) == (4, 0)
