/* SPDX-License-Identifier: Apache-2.0 */
/* Ordinary text of the web, of which no class may see anything. */
#include "scanned.h"

#include <criterion/criterion.h>

static const char *const texts[] = {
    "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\""
    "width=device-width, initial-scale=1.0\"><link rel=\"stylesheet\" "
    "href=\"/css/app.3f2a1b9c.css\">",
    "@media (min-width:768px){.col-md-3{flex:0 0 25%;max-width:25%}}@keyframes spin{from{transform:"
    "rotate(0deg)}to{transform:rotate(360deg)}} .a::before{content:\"\\201C\"} .card-1234-5678{}",
    "!function(e,t){\"object\"==typeof exports?module.exports=t():e.x=t()}(this,function(){var "
    "a=1e+10,b="
    "+1234567890123,c=0x4111,d=/^[a-z]+@[a-z]+$/;return a-b+c});//# sourceMappingURL=x.min.js.map",
    "{\"dependencies\":{\"@babel/"
    "core\":\"^7.8.3\",\"lodash@4.17.15\":\"x\",\"left-pad\":\"1.3.0\"},"
    "\"engines\":{\"node\":\">=10.13.0\"}}",
    "GET /t/i.gif?ts=1575540000123&id=4539578763621486&r=0.8732645123&u=550e8400-e29b-41d4-a716-"
    "446655440000&v=2.0.1.5",
    "M10.5 3.2L12.7 4.1 13.9-1.2-5 3-20 1234-56-78 M 415 555 2671 viewBox=\"0 0 1024 1024\"",
    "ETag: \"5f4dcc3b5aa765d61d8327deb882cf99\" 2019-12-05 10:11:12 +0000 commit "
    "4b825dc642cb6eb9a060e54bf"
    "8d69288fbee4904 urn:isbn:978-3-16-148410-0",
    "std::map<int, std::string> m; a::b::c(); foo(bar @ baz); x = y @ z.T",
    "Firefox/71.0 Chrome/79.0.3945.88 OPR/65.0.3467.48 .NET CLR 3.5.30729 version 10.0.18363.1 "
    "v5.4.3.2",
    "data:image/"
    "png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9",
    "{\"took\":3,\"timed_out\":false,\"_shards\":{\"total\":5,\"successful\":5},\"hits\":{"
    "\"total\":1237,"
    "\"max_score\":1.0,\"hits\":[{\"_index\":\"logs-2019.12.05\",\"_id\":\"AXb1-2c3_d4\",\"_"
    "score\":1.0}]}}",
    "Call us at extension 5512, room 12-34, chapter 4.2.1, pp. 100-200-3000; 1-2-3 4-5-6",
};

Test(web, ordinary_text_has_no_values)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct finding *finding = scanned(texts[i]);
        for (unsigned k = 0; k < finding->class_count; k++)
            cr_expect_eq(finding->classes[k].values, 0, "%s in: %s", finding->classes[k].name,
                         texts[i]);
    }
}

Test(web, the_same_page_with_an_address_has_one)
{
    cr_expect_eq(classes_with_values("<p>Write to <a href=\"x\">anna@example.com</a></p>"), 1);
}
