import type { ProductBody } from '../../domain/product/schemas';
import type { ReviewItem } from '../review/subjects';

interface Shown {
  /** In words, from the widest on. */
  readonly category: string;
  /** Where an uploaded image or video is looked at. */
  readonly urlOf: (id: string) => string;
}

type Row = readonly [item: string, zh: string, en: string, value: ReviewItem['value'] | undefined];

/** What a reviewer judges of a product, field by field; what was left out is no item. */
export function productItems(body: ProductBody, shown: Shown): ReviewItem[] {
  return [...commonRows(body, shown), ...specRows(body), ...ownRows(body), ...imageRows(body, shown)].flatMap(
    ([item, zh, en, value]) => (value === undefined ? [] : [{ item, label: { zh, en }, value }]),
  );
}

function commonRows(body: ProductBody, { category, urlOf }: Shown): Row[] {
  return [
    ['/name', '商品名称', 'Name', body.name],
    ['/categoryId', '商品分类', 'Category', category],
    ['/tags', '标签', 'Tags', joined(body.tags)],
    ['/summary', '简介', 'Summary', body.summary],
    ['/details', '详情', 'Details', body.details],
    ...(body.pictureIds ?? []).map((id, at): Row => [
      `/pictureIds/${at}`,
      `图片 ${at + 1}`,
      `Picture ${at + 1}`,
      urlOf(id),
    ]),
    ['/agreementText', '商品服务协议', 'Service agreement', body.agreementText],
    ['/documentId', '商品文档', 'Document', body.documentId],
  ];
}

function specRows({ specs = [] }: ProductBody): Row[] {
  return specs.flatMap(({ name, onShelf, price, term, otherPrices = [] }, at): Row[] => {
    const [zh, en] = [`规格 ${at + 1}`, `Spec ${at + 1}`];
    return [
      [`/specs/${at}/name`, `${zh}：名称`, `${en}: name`, name],
      [`/specs/${at}/price/amountFen`, `${zh}：价格（分）`, `${en}: price in fen`, price.amountFen],
      [`/specs/${at}/price/per`, `${zh}：计价周期`, `${en}: per`, price.per],
      [`/specs/${at}/term`, `${zh}：最长期数`, `${en}: longest term`, term],
      ...otherPrices.flatMap((other, nth): Row[] => {
        const path = `/specs/${at}/otherPrices/${nth}`;
        return [
          [`${path}/amountFen`, `${zh}：另一价格（分）`, `${en}: another price in fen`, other.amountFen],
          [`${path}/per`, `${zh}：另一价格的计价周期`, `${en}: the other price per`, other.per],
          [`${path}/term`, `${zh}：另一价格的最长期数`, `${en}: the other price's longest term`, other.term],
        ];
      }),
      [`/specs/${at}/onShelf`, `${zh}：上架`, `${en}: on the shelf`, onShelf],
    ];
  });
}

function ownRows(body: ProductBody): Row[] {
  const { endpoints } = body;
  return [
    ['/deliveryDays', '交付天数', 'Days until it is delivered', body.deliveryDays],
    ['/requirementTemplate', '需求单模板', 'Requirement sheet', body.requirementTemplate],
    ['/needsImplementation', '需人工实施', 'Implemented by hand', body.needsImplementation],
    ['/endpoints/create', '交付接口：创建', 'Endpoint: create', endpoints?.create],
    ['/endpoints/renew', '交付接口：续费', 'Endpoint: renew', endpoints?.renew],
    ['/endpoints/expire', '交付接口：过期', 'Endpoint: expire', endpoints?.expire],
    ['/endpoints/destroy', '交付接口：销毁', 'Endpoint: destroy', endpoints?.destroy],
    ['/trialDays', '试用天数', 'Days of trial', body.trialDays],
    ['/publishedService', '已发布的服务', 'Published service', body.publishedService],
    ['/tryBeforeBuy', '先试后买', 'Tried before bought', body.tryBeforeBuy],
  ];
}

function imageRows(body: ProductBody, { urlOf }: Shown): Row[] {
  return [
    ['/regions', '地域', 'Regions', joined(body.regions)],
    ['/imageId', '镜像 ID', 'Image', body.imageId],
    ['/softwareTags', '包含软件', 'Software', joined(body.softwareTags)],
    ['/version', '版本', 'Version', body.version],
    ['/highlight', '亮点', 'Highlight', body.highlight],
    ['/features', '功能特性', 'Features', body.features],
    ['/afterSales', '售后服务', 'After-sales service', body.afterSales],
    ...(body.qualificationIds ?? []).map((id, at): Row => [
      `/qualificationIds/${at}`,
      `资质 ${at + 1}`,
      `Qualification ${at + 1}`,
      urlOf(id),
    ]),
    ['/videoId', '视频', 'Video', body.videoId === undefined ? undefined : urlOf(body.videoId)],
    ...(body.cases ?? []).flatMap(({ title, text }, at): Row[] => [
      [`/cases/${at}/title`, `案例 ${at + 1}：标题`, `Case ${at + 1}: title`, title],
      [`/cases/${at}/text`, `案例 ${at + 1}：内容`, `Case ${at + 1}: text`, text],
    ]),
    ['/companySizes', '适用企业规模', 'Sizes of company', joined(body.companySizes)],
    ['/industries', '适用行业', 'Industries', joined(body.industries)],
  ];
}

/** One text, and for another list another: what holds the sign between the values stands in brackets. */
function joined(values: readonly string[] | undefined): string | undefined {
  // rule: lists-are-told-apart
  return values?.map((value) => (/[、「」]/.test(value) ? `「${value}」` : value)).join('、');
}
