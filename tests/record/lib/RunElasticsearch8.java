/* SPDX-License-Identifier: Apache-2.0 */
/* RunElasticsearch8 HOME NAME=VALUE...: one Elasticsearch 8 node in this process until it is killed; settings as given.
 * HOME/modules holds the HTTP transport; without the other modules there is no banner and no security. */
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;

public class RunElasticsearch8 {
    public static void main(String[] args) throws Exception {
        Settings.Builder settings = Settings.builder().put("path.home", args[0]).put("cluster.name", "support").put("node.name", "node-1");
        for (int i = 1; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        LogConfigurator.configureESLogging();
        new Node(InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), null, () -> "node-1")).start();
        Thread.sleep(Long.MAX_VALUE);
    }
}
