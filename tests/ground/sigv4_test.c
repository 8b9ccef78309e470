/*
 * The examples that AWS publishes: "Signature Calculations for the Authorization Header" in the
 * Amazon S3 API Reference (bucket examplebucket, 24 May 2013), and get-vanilla of the Signature
 * Version 4 test suite. And the XML answers of stores.
 */
#include "net/s3_answer.h"
#include "net/sigv4.h"
#include "unit.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const rd_sigv4_keys s3_keys = {{"AKIAIOSFODNN7EXAMPLE", 20},
                                      {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 40},
                                      {"us-east-1", 9},
                                      {"s3", 2}};

static void expect_signature(const rd_sigv4_keys *keys, const rd_sigv4_request *q, const char *want)
{
	rd_buf b;

	rd_buf_init(&b, 4096);
	rd_sigv4_sign(&b, keys, q);
	int64_t at = rd_str_find(rd_buf_view(&b), "Signature=");
	UNIT_TRUE(at > 0);
	UNIT_TEXT(((rd_str){b.data + at + 10, (uint32_t)(b.size - (size_t)at - 10)}), want);
	rd_buf_done(&b);
}

static void published_examples(void)
{
	rd_sigv4_pair get[] = {{RD_STR("host"), RD_STR("examplebucket.s3.amazonaws.com")},
	                       {RD_STR("range"), RD_STR("bytes=0-9")},
	                       {RD_STR("x-amz-content-sha256"), RD_STR(EMPTY)},
	                       {RD_STR("x-amz-date"), RD_STR("20130524T000000Z")}};
	rd_sigv4_pair list[] = {get[0], get[2], get[3]};
	rd_sigv4_pair put[] = {
		{RD_STR("date"), RD_STR("Fri, 24 May 2013 00:00:00 GMT")},
		get[0],
		{RD_STR("x-amz-content-sha256"),
	     RD_STR("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")},
		get[3],
		{RD_STR("x-amz-storage-class"), RD_STR("REDUCED_REDUNDANCY")}};
	rd_sigv4_request q = {.method = RD_STR("GET"),
	                      .path = RD_STR("/test.txt"),
	                      .headers = get,
	                      .n_headers = 4,
	                      .payload_sha256 = RD_STR(EMPTY),
	                      .at = RD_STR("20130524T000000Z")};

	unit_case("GET object");
	expect_signature(&s3_keys, &q,
	                 "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
	unit_case("PUT object");
	q.method = RD_STR("PUT");
	q.path = RD_STR("/test%24file.text");
	q.headers = put;
	q.n_headers = 5;
	q.payload_sha256 = put[2].value;
	expect_signature(&s3_keys, &q,
	                 "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
	unit_case("GET bucket lifecycle");
	q = (rd_sigv4_request){RD_STR("GET"),
	                       RD_STR("/"),
	                       RD_STR("lifecycle="),
	                       list,
	                       3,
	                       RD_STR(EMPTY),
	                       RD_STR("20130524T000000Z")};
	expect_signature(&s3_keys, &q,
	                 "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	unit_case("GET bucket, list objects");
	q.query = RD_STR("max-keys=2&prefix=J");
	expect_signature(&s3_keys, &q,
	                 "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void test_suite_vanilla(void)
{
	rd_sigv4_keys keys = {RD_STR("AKIDEXAMPLE"), RD_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
	                      RD_STR("us-east-1"), RD_STR("service")};
	rd_sigv4_pair headers[] = {{RD_STR("host"), RD_STR("example.amazonaws.com")},
	                           {RD_STR("x-amz-date"), RD_STR("20150830T123600Z")}};
	rd_sigv4_request q = {RD_STR("GET"),
	                      RD_STR("/"),
	                      RD_STR(""),
	                      headers,
	                      2,
	                      RD_STR(EMPTY),
	                      RD_STR("20150830T123600Z")};
	rd_buf b;

	rd_buf_init(&b, 4096);
	rd_sigv4_sign(&b, &keys, &q);
	UNIT_TEXT(rd_buf_view(&b),
	          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
	          "SignedHeaders=host;x-amz-date,Signature="
	          "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
	rd_buf_done(&b);
}

static void queries_are_sorted_and_encoded(void)
{
	rd_sigv4_pair pairs[] = {{RD_STR("prefix"), RD_STR("a/b c+账")},
	                         {RD_STR("list-type"), RD_STR("2")},
	                         {RD_STR("a"), RD_STR("2")},
	                         {RD_STR("a"), RD_STR("1")},
	                         {RD_STR("ä"), RD_STR("")},
	                         {RD_STR("A"), RD_STR("x~y")}};
	rd_buf b;

	rd_buf_init(&b, 4096);
	rd_sigv4_query(&b, pairs, 6);
	UNIT_TEXT(rd_buf_view(&b), "%C3%A4=&A=x~y&a=1&a=2&list-type=2&prefix=a%2Fb%20c%2B%E8%B4%A6");
	rd_buf_clear(&b);
	rd_sigv4_encode(&b, RD_STR("a/../b c//=.bin"), true);
	UNIT_TEXT(rd_buf_view(&b), "a/../b%20c//%3D.bin");
	rd_buf_done(&b);
}

static void times_are_written(void)
{
	char out[24];

	rd_sigv4_time(1369353600000000, out);
	UNIT_TEXT(rd_str_of(out), "20130524T000000Z");
	rd_sigv4_time(1440938160999999, out);
	UNIT_TEXT(rd_str_of(out), "20150830T123600Z");
}

static void lists_are_read(void)
{
	static const char xml[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
		"<Prefix>x</Prefix><KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>"
		"<NextContinuationToken>t/1=</NextContinuationToken>"
		"<Contents><Key>x/a&amp;b</Key><LastModified>2026</LastModified><Size>12</Size>"
		"<Owner><ID>1</ID></Owner></Contents>"
		"<Contents><Key>x/账</Key><Size>0</Size></Contents>"
		"<CommonPrefixes><Prefix>y</Prefix></CommonPrefixes></ListBucketResult>";
	rd_arena *a = rd_arena_new();
	rd_s3_page page = {0};
	rd_err err = {0};

	UNIT_OK(rd_s3_answer_list(RD_STR(xml), a, &page, &err), &err);
	UNIT_INT(page.n, 2);
	UNIT_TEXT(page.next, "t/1=");
	if (page.n == 2) {
		UNIT_TEXT(page.items[0].key, "x/a&b");
		UNIT_INT(page.items[0].size, 12);
		UNIT_TEXT(page.items[1].key, "x/账");
		UNIT_INT(page.items[1].size, 0);
	}
	rd_arena_free(a);
}

static void what_is_no_list_is_refused(void)
{
	static const char *const rows[] = {
		"",
		"no xml",
		"<html></html>",
		"<ListBucketResult>",
		"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
		"<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
		"<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
		"<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
		"<!DOCTYPE x [<!ENTITY e \"a\">]><ListBucketResult/>",
		"<ListBucketResult><a><b><c><d><e><f><g><h/></g></f></e></d></c></b></a></ListBucketResult>",
	};
	rd_arena *a = rd_arena_new();
	rd_s3_page page;
	rd_err err;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s", rows[i]);
		UNIT_INT(rd_s3_answer_list(rd_str_of(rows[i]), a, &page, &err), RD_CORRUPT);
	}
	UNIT_TEXT(rd_s3_answer_code(RD_STR("<Error><Code>NoSuchKey</Code></Error>"), a), "NoSuchKey");
	UNIT_TEXT(rd_s3_answer_code(RD_STR("<!DOCTYPE x><Error><Code>A</Code></Error>"), a), "");
	UNIT_TEXT(rd_s3_answer_code(RD_STR("oops"), a), "");
	rd_arena_free(a);
}

static void settings_are_checked(void)
{
	static const struct {
		const char *endpoint, *bucket;
		rd_rc rc;
	} rows[] = {
		{"https://s3.example.com", "abc", RD_OK},
		{"https://s3.example.com:9000/", "abc", RD_OK},
		{"http://s3.example.com", "abc", RD_FORBIDDEN},
		{"https://s3.example.com/path", "abc", RD_USAGE},
		{"https://u@s3.example.com", "abc", RD_USAGE},
		{"s3.example.com", "abc", RD_USAGE},
		{"https://s3.example.com", "ab", RD_USAGE},
		{"https://s3.example.com", "a/b", RD_USAGE},
		{"https://s3.example.com", "ABC", RD_USAGE},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_s3_settings s = {rows[i].endpoint, rows[i].bucket, NULL, "key", "secret", 0, 0, 0};
		rd_s3 *s3 = NULL;
		rd_err err;

		unit_case("%s %s", rows[i].endpoint, rows[i].bucket);
		UNIT_INT(rd_s3_open(&s, &(rd_outbound_policy){0}, &s3, &err), rows[i].rc);
		rd_s3_close(s3);
	}
}

const unit_test sigv4_tests[] = {
	{"the published examples have their signatures", published_examples},
	{"the test suite's plainest request has its header", test_suite_vanilla},
	{"queries are sorted and encoded", queries_are_sorted_and_encoded},
	{"times are written", times_are_written},
	{"lists of objects are read", lists_are_read},
	{"what is no list is refused", what_is_no_list_is_refused},
	{"settings of a store are checked", settings_are_checked},
	{0},
};
