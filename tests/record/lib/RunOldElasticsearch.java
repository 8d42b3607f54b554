/* SPDX-License-Identifier: Apache-2.0 */
/* RunOldElasticsearch BASE NAME=VALUE...: one Elasticsearch node (1.x, 2.x) in this process until it is killed; settings as given. */
import org.elasticsearch.node.NodeBuilder;

public class RunOldElasticsearch {
    public static void main(String[] args) throws Exception {
        NodeBuilder builder = NodeBuilder.nodeBuilder().clusterName("support");
        builder.settings().put("path.home", args[0]);
        for (int i = 1; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            builder.settings().put(pair[0], pair[1]);
        }
        builder.node();
        Thread.sleep(Long.MAX_VALUE);
    }
}
