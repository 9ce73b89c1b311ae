import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse, type ScalarTag, type CollectionTag } from 'yaml';

/** What a behaviour of the distribution does with a request. */
export interface Behaviour {
  pattern: RegExp;
  origin: 'pages' | 'api';
  methods: string[];
  compress: boolean;
  headers: Header[];
}

/** A header of the replies; one that does not override leaves the origin's. */
export interface Header {
  name: string;
  value: string;
  overrides: boolean;
}

export interface Site {
  /** The more particular first, as CloudFront asks them; the last takes everything. */
  behaviours: Behaviour[];
  root: string;
}

type Parameters = Record<string, string>;
type Node = Record<string, any>;

/** The short forms of CloudFormation's functions, as their long forms. */
const customTags = ['Ref', 'Sub', 'GetAtt', 'If', 'Equals', 'Not'].flatMap((name): (ScalarTag | CollectionTag)[] => {
  const long = name === 'Ref' ? name : `Fn::${name}`;
  return [
    { tag: `!${name}`, resolve: (text: string) => ({ [long]: text }) },
    { tag: `!${name}`, collection: 'seq', nodeClass: undefined, resolve: (list: { toJSON(): unknown }) => ({ [long]: list.toJSON() }) as never },
  ];
});

/** Reads the distribution of `infra/site.yaml`, which is what is deployed. */
export function readSite(parameters: Parameters): Site {
  const path = resolve(import.meta.dirname, '../../infra/site.yaml');
  const { Resources } = parse(readFileSync(path, 'utf8'), { customTags }) as { Resources: Record<string, { Type: string; Properties: Node }> };
  const config = Object.values(Resources).find(({ Type }) => Type === 'AWS::CloudFront::Distribution')!.Properties.DistributionConfig as Node;
  const behaviour = (node: Node): Behaviour => {
    const origin = (config.Origins as Node[]).find(({ Id }) => Id === node.TargetOriginId)!;
    return {
      pattern: patternOf(node.PathPattern ?? '*'),
      origin: origin.S3OriginConfig ? 'pages' : 'api',
      methods: node.AllowedMethods ?? ['GET', 'HEAD'],
      compress: node.Compress === true,
      headers: node.ResponseHeadersPolicyId ? headersOf(Resources[node.ResponseHeadersPolicyId.Ref]!.Properties.ResponseHeadersPolicyConfig, parameters) : [],
    };
  };
  return { behaviours: [...config.CacheBehaviors.map(behaviour), behaviour(config.DefaultCacheBehavior)], root: config.DefaultRootObject };
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}

/** The headers that a policy names; `Strict-Transport-Security` is not for plain http. */
function headersOf({ SecurityHeadersConfig: security = {}, CustomHeadersConfig: custom }: Node, parameters: Parameters): Header[] {
  const fixed: [string, Node | undefined, (node: Node) => unknown][] = [
    ['content-security-policy', security.ContentSecurityPolicy, (node) => node.ContentSecurityPolicy],
    ['x-content-type-options', security.ContentTypeOptions, () => 'nosniff'],
    ['x-frame-options', security.FrameOptions, (node) => node.FrameOption],
    ['referrer-policy', security.ReferrerPolicy, (node) => node.ReferrerPolicy],
  ];
  const secure = fixed.flatMap(([name, node, value]) => (node ? [{ name, value: substituted(value(node), parameters), overrides: node.Override === true }] : []));
  const own = ((custom?.Items ?? []) as Node[]).map((item) => ({ name: item.Header as string, value: substituted(item.Value, parameters), overrides: item.Override === true }));
  return [...secure, ...own];
}

function substituted(value: unknown, parameters: Parameters): string {
  if (typeof value === 'string') return value;
  const node = value as Node;
  const text = node['Fn::Sub'] ?? `\${${node.Ref}}`;
  return (text as string).replace(/\$\{([^}]+)\}/g, (_, name: string) => parameters[name] ?? '').trim();
}
