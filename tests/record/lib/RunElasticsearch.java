/* SPDX-License-Identifier: Apache-2.0 */
/* RunElasticsearch BASE NAME=VALUE...: one Elasticsearch node (5.x, 7.x) in this process until it is killed; settings as given. */
import org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner;

public class RunElasticsearch {
    public static void main(String[] args) throws Exception {
        ElasticsearchClusterRunner runner = new ElasticsearchClusterRunner();
        runner.onBuild((number, settings) -> {
            for (int i = 1; i < args.length; i++) {
                String[] pair = args[i].split("=", 2);
                settings.put(pair[0], pair[1]);
            }
        });
        runner.build(ElasticsearchClusterRunner.newConfigs().basePath(args[0]).numOfNode(1).clusterName("support"));
        Thread.sleep(Long.MAX_VALUE);
    }
}
