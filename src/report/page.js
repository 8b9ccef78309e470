(function () {
	'use strict';
	var root = document.documentElement, opened = [];
	var all = [].slice.call(document.querySelectorAll('details.f'));
	var groups = [].slice.call(document.querySelectorAll('.group'));
	var tiles = [].slice.call(document.querySelectorAll('.tile'));
	var text = document.getElementById('q'), shown = document.getElementById('shown');
	var family = document.getElementById('family'), account = document.getElementById('account');
	var state = document.getElementById('state');

	function say(node) {
		return node.getAttribute('data-' + root.dataset.lang);
	}
	function language(lang) {
		root.dataset.lang = lang;
		root.lang = lang === 'en' ? 'en' : 'zh-CN';
		document.querySelectorAll('option[data-zh]').forEach(function (o) { o.textContent = say(o); });
		text.placeholder = say(text);
		document.title = say(document.querySelector('h1'));
		filter();
	}
	function grades() {
		var on = {}, none = tiles.every(function (t) { return t.getAttribute('aria-pressed') !== 'true'; });
		tiles.forEach(function (t) { on[t.dataset.sev] = none || t.getAttribute('aria-pressed') === 'true'; });
		return on;
	}
	function filter() {
		var on = grades(), q = text.value.trim().toLowerCase(), n = 0;
		all.forEach(function (f) {
			var d = f.dataset;
			var hit = on[d.sev] && (!family.value || d.fam === family.value) &&
				(!account.value || d.acc === account.value) && (!state.value || d.state === state.value) &&
				(!q || f.textContent.toLowerCase().indexOf(q) >= 0);
			f.hidden = !hit;
			n += hit ? 1 : 0;
		});
		groups.forEach(function (g) { g.hidden = !g.querySelector('details.f:not([hidden])'); });
		shown.textContent = root.dataset.lang === 'en' ? n + ' of ' + all.length + ' shown'
			: '显示 ' + n + ' / ' + all.length;
	}
	function press(tile) {
		tile.setAttribute('aria-pressed', tile.getAttribute('aria-pressed') === 'true' ? 'false' : 'true');
		var none = tiles.every(function (t) { return t.getAttribute('aria-pressed') !== 'true'; });
		tiles.forEach(function (t) {
			if (none) t.removeAttribute('aria-pressed');
			else if (t.getAttribute('aria-pressed') !== 'true') t.setAttribute('aria-pressed', 'false');
		});
		filter();
	}

	root.classList.add('js');
	document.getElementById('lang').addEventListener('click', function () {
		language(root.dataset.lang === 'en' ? 'zh' : 'en');
	});
	document.getElementById('theme').addEventListener('click', function () {
		var dark = root.dataset.theme ? root.dataset.theme === 'dark'
			: window.matchMedia('(prefers-color-scheme: dark)').matches;
		root.dataset.theme = dark ? 'light' : 'dark';
	});
	document.getElementById('print').addEventListener('click', function () { window.print(); });
	document.getElementById('expand').addEventListener('click', function () {
		var open = all.some(function (f) { return !f.hidden && !f.open; });
		all.forEach(function (f) { if (!f.hidden) f.open = open; });
	});
	tiles.forEach(function (t) { t.addEventListener('click', function () { press(t); }); });
	[family, account, state].forEach(function (s) { s.addEventListener('change', filter); });
	text.addEventListener('input', filter);
	window.addEventListener('beforeprint', function () {
		opened = all.filter(function (f) { return !f.hidden && !f.open; });
		opened.forEach(function (f) { f.open = true; });
	});
	window.addEventListener('afterprint', function () {
		opened.forEach(function (f) { f.open = false; });
	});
	language(root.dataset.lang);
})();
