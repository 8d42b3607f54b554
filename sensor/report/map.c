/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map of the page (SVG): a dot in the middle of each country that a client came from, larger
 * the more came. Cities and coordinates are not drawn: the document has names only.
 */
#include "report/html.h"

#include "report/world.h"

#include <stdlib.h>
#include <string.h>

#define RADIUS_MIN   5
#define RADIUS_MAX   22
#define CLIENTS_MAX  4096 /* told apart for the map */
#define LABEL_OFFSET 4
#define LABEL_WIDTH  110
#define LABEL_HEIGHT 13
#define LABELS_MAX   256

/* A client's address and country, borrowed. */
struct client {
    const char *address;
    const char *country;
};

static int compare_clients(const void *a, const void *b)
{
    const struct client *x = a, *y = b;
    int order = strcmp(x->country, y->country);
    return order ? order : strcmp(x->address, y->address);
}

static size_t collect(const struct node *exposures, struct client *clients)
{
    size_t count = 0;
    for (size_t i = 0; i < node_count(exposures); i++) {
        const struct node *actors = node_get(node_at(exposures, i), "clients");
        for (size_t j = 0; j < node_count(actors) && count < CLIENTS_MAX; j++) {
            const struct node *actor = node_at(actors, j);
            struct client client = {node_text(actor, "address"), node_text(actor, "country")};
            if (client.country[0])
                clients[count++] = client;
        }
    }
    qsort(clients, count, sizeof clients[0], compare_clients);
    return count;
}

/* The size of the area grows with the number. */
static int radius_of(size_t clients)
{
    int radius = RADIUS_MIN;
    while (radius < RADIUS_MAX && (size_t)(radius * radius) < clients * RADIUS_MIN * RADIUS_MIN)
        radius++;
    return radius;
}

/* Where names stand already. */
struct labels {
    int x[LABELS_MAX], y[LABELS_MAX];
    size_t count;
};

static bool is_taken(const struct labels *labels, int x, int y)
{
    for (size_t i = 0; i < labels->count; i++)
        if (abs(labels->x[i] - x) < LABEL_WIDTH && abs(labels->y[i] - y) < LABEL_HEIGHT)
            return true;
    return false;
}

/* The next place below that is free. */
static int place_label(struct labels *labels, int x, int y)
{
    while (is_taken(labels, x, y))
        y++;
    if (labels->count < LABELS_MAX) {
        labels->x[labels->count] = x;
        labels->y[labels->count++] = y;
    }
    return y;
}

static void draw_dot(FILE *out, const struct world_country *country, size_t clients,
                     struct labels *labels)
{
    int radius = radius_of(clients), x = country->x + radius + LABEL_OFFSET;
    html_print(out, "<g><title>");
    html_text(out, country->name);
    html_print(out, ": %zu</title><circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>", clients,
               country->x, country->y, radius);
    html_print(out, "<text class=\"name\" x=\"%d\" y=\"%d\">", x,
               place_label(labels, x, country->y + LABEL_OFFSET));
    html_text(out, country->name);
    if (clients > 1)
        html_print(out, " %zu", clients);
    html_print(out, "</text></g>\n");
}

/* One dot for each country; clients without one are counted. */
static void draw_dots(FILE *out, const struct client *clients, size_t count)
{
    struct labels labels = {.count = 0};
    for (size_t i = 0, next; i < count; i = next) {
        size_t distinct = 1;
        for (next = i + 1; next < count && strcmp(clients[next].country, clients[i].country) == 0;
             next++)
            distinct += strcmp(clients[next].address, clients[next - 1].address) != 0;
        const struct world_country *country = world_find(clients[i].country);
        if (country)
            draw_dot(out, country, distinct, &labels);
    }
}

void html_map(FILE *out, const struct node *exposures)
{
    struct client *clients = calloc(CLIENTS_MAX, sizeof *clients);
    size_t count = clients ? collect(exposures, clients) : 0;
    if (count) {
        html_print(out, "<h2>Where the clients came from</h2>\n");
        html_print(out,
                   "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"World map\">"
                   "<path class=\"land\" d=\"%s\"/>\n",
                   world_width, world_height, world_land);
        draw_dots(out, clients, count);
        html_print(out,
                   "</svg>\n<p class=\"soft small\">Countries by geolocation of the addresses; "
                   "a dot stands in the middle of its country. Whoever rents a machine there "
                   "need not live there.</p>\n");
    }
    free(clients);
}
