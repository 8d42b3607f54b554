/* SPDX-License-Identifier: Apache-2.0 */
/* RunElasticsearch9 HOME NAME=VALUE...: one Elasticsearch 9 node in this process until it is killed; settings as given.
 * HOME/modules holds the HTTP transport; without the other modules there is no banner and no security. */
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsUtils;

public class RunElasticsearch9 {
    public static void main(String[] args) throws Exception {
        Settings.Builder settings = Settings.builder().put("path.home", args[0]).put("cluster.name", "support").put("node.name", "node-1");
        for (int i = 1; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        LogConfigurator.configureESLogging();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), null, () -> "node-1");
        new Node(environment, PluginsLoader.createPluginsLoader(PluginsUtils.getModuleBundles(environment.modulesDir()), Set.of(), Map.of(), true)).start();
        Thread.sleep(Long.MAX_VALUE);
    }
}
