//! One dashboard a deployment, as CloudWatch gives an account three free: the traffic of the API, and under the name of each stack its errors,
//! durations, queues, and what its functions count in their logs.

use serde_json::{Value, json};

use crate::alarms::error_metric;
use crate::document::sub;
use crate::manifest::Trigger;
use crate::workspace::{Function, pascal};

/// Units of the grid: two widgets stand side by side, under a title as wide as both.
const WIDTH: usize = 12;
const HEIGHT: usize = 6;
const TITLE_HEIGHT: usize = 1;

/// The field in which lines of the log say what a vendor's call costs.
const SPENT: &str = "$.micro_dollars";

/// The dashboard of a deployment with these stacks, each a name with its functions.
pub(crate) fn resource(stacks: &[(&str, &[&Function])]) -> Value {
    let mut grid = Grid::default();
    grid.section("The API", api(stacks.iter().flat_map(|(_, functions)| functions.iter().copied())));
    for (stack, functions) in stacks {
        grid.section(&format!("The stack {stack}"), widgets(stack, functions));
    }
    json!({
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": { "DashboardName": sub("${Prefix}"), "DashboardBody": sub(json!({ "widgets": grid.widgets }).to_string()) },
    })
}

/// Widgets with their places, from above.
#[derive(Default)]
struct Grid {
    widgets: Vec<Value>,
    /// Units that are taken.
    height: usize,
}

impl Grid {
    fn section(&mut self, title: &str, widgets: Vec<Widget>) {
        if widgets.is_empty() {
            return;
        }
        let markdown = json!({ "markdown": format!("## {title}") });
        let title = json!({
            "type": "text", "x": 0, "y": self.height, "width": 2 * WIDTH, "height": TITLE_HEIGHT, "properties": markdown,
        });
        let top = self.height + TITLE_HEIGHT;
        self.height = top + widgets.len().div_ceil(2) * HEIGHT;
        self.widgets.push(title);
        self.widgets
            .extend(widgets.into_iter().enumerate().map(|(place, widget)| widget.json(place % 2 * WIDTH, top + place / 2 * HEIGHT)));
    }
}

/// Numbers over time under one title.
struct Widget {
    title: String,
    period: u32,
    /// Each as the dashboard's format has it: namespace, name, dimension and options, or an expression.
    metrics: Vec<Value>,
}

impl Widget {
    fn new(title: &str, metrics: impl IntoIterator<Item = Value>) -> Self {
        Self { title: title.to_owned(), period: 300, metrics: metrics.into_iter().collect() }
    }

    fn json(self, x: usize, y: usize) -> Value {
        json!({
            "type": "metric",
            "x": x, "y": y, "width": WIDTH, "height": HEIGHT,
            "properties": {
                "title": self.title, "view": "timeSeries", "region": "${AWS::Region}", "period": self.period, "metrics": self.metrics,
            },
        })
    }
}

fn api<'a>(functions: impl IntoIterator<Item = &'a Function>) -> Vec<Widget> {
    if !functions.into_iter().any(|function| matches!(function.manifest.on, Trigger::Route(_))) {
        return Vec::new();
    }
    vec![
        Widget::new("Requests", ["Count", "4xx", "5xx"].map(|metric| of_api(metric, "Sum"))),
        Widget::new("Latency, ms", ["p50", "p99"].map(|statistic| of_api("Latency", statistic))),
    ]
}

fn widgets(stack: &str, functions: &[&Function]) -> Vec<Widget> {
    let mut all = Vec::new();
    let urls = functions.iter().filter(|function| matches!(function.manifest.on, Trigger::Url(_)));
    let urls: Vec<Value> =
        urls.flat_map(|function| ["UrlRequestCount", "Url4xxCount", "Url5xxCount"].map(|metric| of(function, metric, "Sum"))).collect();
    if !urls.is_empty() {
        all.push(Widget::new("Requests of function URLs", urls));
    }
    all.push(Widget::new("Runs", functions.iter().map(|function| of(function, "Invocations", "Sum"))));
    all.push(Widget::new("Errors and throttles", errors(stack, functions)));
    let durations = functions.iter().flat_map(|function| ["p50", "p99"].map(|statistic| of(function, "Duration", statistic)));
    all.push(Widget::new("Durations, ms", durations));
    all.extend(queues(functions));
    all.extend(counted(functions));
    all.extend(spent(functions));
    all
}

fn errors(stack: &str, functions: &[&Function]) -> Vec<Value> {
    let of_functions = functions.iter().flat_map(|function| ["Errors", "Throttles"].map(|metric| of(function, metric, "Sum")));
    of_functions.chain([of_log(&error_metric(stack), "Sum")]).collect()
}

fn queues(functions: &[&Function]) -> Vec<Widget> {
    let (mut ages, mut waiting) = (Vec::new(), Vec::new());
    for function in functions {
        if let Trigger::Queue(queue) = &function.manifest.on {
            ages.push(of_queue(queue, "ApproximateAgeOfOldestMessage"));
            waiting.push(of_queue(queue, "ApproximateNumberOfMessagesVisible"));
        }
        if !matches!(function.manifest.on, Trigger::Route(_) | Trigger::Url(_)) {
            waiting.push(of_queue(&format!("{}-dlq", function.fact()), "ApproximateNumberOfMessagesVisible"));
        }
    }
    let all = [("Oldest message, seconds", ages), ("Backlog and dead letters, messages", waiting)];
    all.into_iter().filter(|(_, metrics)| !metrics.is_empty()).map(|(title, metrics)| Widget::new(title, metrics)).collect()
}

/// What the functions count in their logs: numbers of lines in one widget, each value in its own.
fn counted(functions: &[&Function]) -> Vec<Widget> {
    let mut metrics: Vec<_> = functions.iter().flat_map(|function| &function.manifest.metrics).collect();
    metrics.sort_by(|one, other| one.metric.cmp(&other.metric));
    metrics.dedup_by(|one, other| one.metric == other.metric);
    let (values, lines): (Vec<_>, Vec<_>) = metrics.into_iter().partition(|metric| metric.value.is_some());
    let mut all = Vec::new();
    if !lines.is_empty() {
        all.push(Widget::new("Lines of the logs", lines.iter().map(|metric| of_log(&metric.metric, "Sum"))));
    }
    let shown = values.into_iter().filter(|metric| metric.value.as_deref() != Some(SPENT));
    all.extend(
        shown.map(|metric| Widget::new(&format!("{}, {}", metric.metric, metric.unit.to_lowercase()), [of_log(&metric.metric, "Maximum")])),
    );
    all
}

/// What vendors cost, in all and for each run of the function that asks them: one run is one generation, but for repetitions.
fn spent(functions: &[&Function]) -> Vec<Widget> {
    let mut all = Vec::new();
    for function in functions {
        for metric in function.manifest.metrics.iter().filter(|metric| metric.value.as_deref() == Some(SPENT)) {
            let id = format!("m{}", all.len());
            let micro_dollars = json!(["${Prefix}", metric.metric, { "id": id, "stat": "Sum", "visible": false }]);
            let mut runs = of(function, "Invocations", "Sum");
            runs[4] = json!({ "id": "runs", "stat": "Sum", "visible": false });
            let hourly = |title: &str, metrics: Vec<Value>| Widget { period: 3600, ..Widget::new(title, metrics) };
            let in_all = json!([{ "expression": format!("{id} / 1000000"), "label": "USD", "id": "usd" }]);
            let for_each = json!([{ "expression": format!("{id} / 1000000 / runs"), "label": "USD a generation", "id": "usd" }]);
            all.push(hourly("Vendors' charges, USD an hour", vec![in_all, micro_dollars.clone()]));
            all.push(hourly("Vendors' charges, USD a generation", vec![for_each, micro_dollars, runs]));
        }
    }
    all
}

fn of(function: &Function, metric: &str, statistic: &str) -> Value {
    let label =
        if statistic == "Sum" { format!("{} {metric}", pascal(&function.name)) } else { format!("{} {statistic}", pascal(&function.name)) };
    json!(["AWS/Lambda", metric, "FunctionName", format!("${{Prefix}}-{}", function.name), { "stat": statistic, "label": label }])
}

fn of_api(metric: &str, statistic: &str) -> Value {
    let label = if statistic == "Sum" { metric } else { statistic };
    json!(["AWS/ApiGateway", metric, "ApiId", "${Api}", { "stat": statistic, "label": label }])
}

fn of_queue(queue: &str, metric: &str) -> Value {
    json!(["AWS/SQS", metric, "QueueName", format!("${{Prefix}}-{queue}"), { "stat": "Maximum", "label": queue }])
}

fn of_log(metric: &str, statistic: &str) -> Value {
    json!(["${Prefix}", metric, { "stat": statistic }])
}
